using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;
using Tallystick.Client;

namespace Tallystick.Console.Pages.Accounts.Ending;

/// <summary>What somebody wants to end, and when: the steps of the wizard are in its address.</summary>
/// <param name="Kinds">The kinds of entities.</param>
/// <param name="Date">The day; null as long as none is chosen.</param>
/// <param name="WithChildren">Whether the entities of child accounts end, too.</param>
/// <param name="IsAsked">Whether the preview was asked for.</param>
/// <param name="Zone">The time zone of the organization, in which the day begins.</param>
public sealed record Ending(
    IReadOnlyList<string> Kinds, LocalDate? Date, bool WithChildren, bool IsAsked, DateTimeZone Zone)
{
    internal const string KindName = "kind";
    internal const string DateName = "date";
    internal const string ChildrenName = "children";

    /// <summary>The kinds, with their names.</summary>
    public static IReadOnlyList<(string Value, string Text)> All { get; } =
    [
        (BillingEntity.AccountPlan.Value, "Plans and plan groups"),
        (BillingEntity.Contract.Value, "Contracts"),
        (BillingEntity.Prepayment.Value, "Prepayments"),
        (BillingEntity.Pricings.Value, "Pricings of custom plans"),
        (BillingEntity.CounterPricings.Value, "Counter pricings of custom plans"),
    ];

    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => IsAsked && Kinds.Count > 0 && Date is not null;

    /// <summary>The day, as people read it.</summary>
    public string DateText => Date is { } date ? LocalDatePattern.Iso.Format(date) : "";

    /// <summary>The first moment of the day.</summary>
    public DateTimeOffset Time => Zone.AtStartOfDay(Date!.Value).ToDateTimeOffset();

    internal EndDateBillingEntitiesRequest Request => new()
    {
        EndDate = Time.ToUniversalTime(),
        ApplyToChildren = WithChildren,
        BillingEntities = [.. Kinds.Select(kind => new BillingEntity(kind))],
    };

    internal static Ending Of(IQueryCollection query, DateTimeZone zone) => new(
        [.. All.Select(one => one.Value).Where(value => query[KindName].Contains(value))],
        LocalDatePattern.Iso.Parse(query[DateName].ToString()) is { Success: true, Value: var date } ? date : null,
        query[ChildrenName] == "true", query.ContainsKey("preview"), zone);
}
