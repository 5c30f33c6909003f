using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices;

/// <summary>A price of usage or of a counter, in a list of all prices of a plan.</summary>
/// <param name="Path">Its page.</param>
/// <param name="Kind">The kind of what is priced.</param>
/// <param name="PricedId">The UUID of what is priced.</param>
/// <param name="Segment">The segment that is priced; null for all.</param>
/// <param name="Start">When it takes effect.</param>
/// <param name="End">When it ends; null for never.</param>
/// <param name="Bands">Its bands.</param>
/// <param name="IsInherited">Whether a plan inherits it from its template.</param>
internal sealed record ListedPrice(
    string Path, ReferenceKind Kind, string? PricedId, string? Segment, DateTimeOffset Start, DateTimeOffset? End,
    IReadOnlyList<PricingBand> Bands, bool IsInherited)
{
    /// <summary>The prices of a plan and its template, the versions of a price together and by time.</summary>
    internal static async Task<IReadOnlyList<ListedPrice>> ReadAsync(
        OrganizationApi api, string? planId, string templateId)
    {
        var found = new List<ListedPrice>();
        var isPlan = planId is not null;
        if (isPlan)
            await AddAsync(api, found, planId, null, isInherited: false);
        await AddAsync(api, found, null, templateId, isPlan);
        return
        [
            .. found.OrderBy(price => price.Kind.Path, StringComparer.Ordinal)
                .ThenBy(price => price.PricedId, StringComparer.Ordinal)
                .ThenBy(price => price.Segment, StringComparer.Ordinal)
                .ThenBy(price => price.Start),
        ];
    }

    private static async Task AddAsync(
        OrganizationApi api, List<ListedPrice> found, string? planId, string? templateId, bool isInherited)
    {
        await foreach (var one in api.Client.Pricings.ListAsync(planId: planId, planTemplateId: templateId)
            .WithCancellation(api.Cancelled))
        {
            found.Add(new(
                $"pricings/{one.Id}",
                one.AggregationId is null ? References.CompoundAggregations : References.Aggregations,
                one.AggregationId ?? one.CompoundAggregationId, one.SegmentString, one.StartDate, one.EndDate,
                one.PricingBands, isInherited));
        }
        if (!await api.MayAsync("GET counterpricings"))
            return;
        await foreach (var one in api.Client.CounterPricings.ListAsync(planId: planId, planTemplateId: templateId)
            .WithCancellation(api.Cancelled))
        {
            found.Add(new(
                $"counterpricings/{one.Id}", References.Counters, one.CounterId, null, one.StartDate, one.EndDate,
                one.PricingBands, isInherited));
        }
    }
}
