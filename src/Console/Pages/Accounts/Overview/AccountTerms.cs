using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Accounts.Overview;

/// <summary>How often an account is billed.</summary>
/// <param name="Frequency">The unit.</param>
/// <param name="Interval">The number of units.</param>
internal sealed record Rhythm(string Frequency, int Interval);

/// <summary>What the plans of an account that are active now say.</summary>
/// <param name="Rhythms">How often it is billed.</param>
/// <param name="Aggregations">What is measured for its prices.</param>
internal sealed record AccountTerms(IReadOnlyList<Rhythm> Rhythms, IReadOnlyList<Aggregation> Aggregations)
{
    private static readonly string[] Needed =
    [
        "GET accountplans", "GET plans", "GET plantemplates", "GET plangrouplinks", "GET pricings", "GET aggregations",
    ];

    /// <summary>Reads them; null if the person may not see all of them.</summary>
    internal static async Task<AccountTerms?> ReadAsync(OrganizationApi api, string accountId)
    {
        foreach (var operation in Needed)
        {
            if (!await api.MayAsync(operation))
                return null;
        }
        var (client, cancelled) = (api.Client, api.Cancelled);
        var active = await client.AccountPlans.ListAsync(account: accountId).ToListAsync(cancelled);
        var planIds = active.Select(one => one.PlanId).OfType<string>().ToHashSet();
        foreach (var group in active.Select(one => one.PlanGroupId).OfType<string>().Distinct())
        {
            await foreach (var link in client.PlanGroupLinks.ListAsync(planGroup: group).WithCancellation(cancelled))
                planIds.Add(link.PlanId);
        }
        if (planIds.Count == 0)
            return new AccountTerms([], []);
        var plans = await client.Plans.ListAsync(ids: planIds).ToListAsync(cancelled);
        var templates = await client.PlanTemplates.ListAsync(ids: plans.Select(one => one.PlanTemplateId).Distinct())
            .ToListAsync(cancelled);
        var measured = new HashSet<string>();
        foreach (var plan in plans)
            measured.UnionWith(await MeasuredAsync(client.Pricings.ListAsync(planId: plan.Id), cancelled));
        foreach (var template in templates)
            measured.UnionWith(await MeasuredAsync(client.Pricings.ListAsync(planTemplateId: template.Id), cancelled));
        var aggregations = measured.Count == 0
            ? [] : await client.Aggregations.ListAsync(ids: measured).ToListAsync(cancelled);
        return new AccountTerms(
            [
                .. templates.Select(one => new Rhythm(one.BillFrequency.Value, one.BillFrequencyInterval ?? 1))
                    .Distinct(),
            ],
            [.. aggregations.OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)]);
    }

    private static async Task<IEnumerable<string>> MeasuredAsync(
        PagedList<Client.Pricing> pricings, CancellationToken cancelled) =>
        (await pricings.ToListAsync(cancelled)).Select(one => one.AggregationId).OfType<string>();
}
