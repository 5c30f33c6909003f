using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.CounterAdjustments;

/// <summary>The definition of counter adjustments.</summary>
public static class CounterAdjustmentResource
{
    private static readonly string[] OfAnAccount = ["date", "dateStart", "dateEnd"];

    /// <summary>The definition.</summary>
    public static ResourceDefinition<CounterAdjustment> Definition { get; } =
        new("CounterAdjustment", "counteradjustments", () => BillingJson.Format.CounterAdjustment)
        {
            EventName = "billing.counteradjustment",
            Tag = "CounterAdjustments",
            HasIdsFilter = false,
            SortedBy = "date",
            IndexedBy = [new("date", adjustment => InstantText.Write(adjustment.Date))],
            Filters =
            [
                ListFilter.One("counterId", "counter_id", "Only adjustments of this counter. Required."),
                ListFilter.One("accountId", "account_id", "Only adjustments of this account."),
                new ListFilter.Part("date", "Only adjustments on this date. Requires `accountId`.", new TextShape()),
                new ListFilter.Part("dateStart", "Only adjustments on or after this date. Requires `accountId`.",
                    new TextShape()),
                new ListFilter.Part("dateEnd", "Only adjustments before this date. Requires "
                    + "`accountId`.", new TextShape()),
                new ListFilter.Part("endDateStart", "Only adjustments on or after this date.", new TextShape()),
                new ListFilter.Part("endDateEnd", "Only adjustments before this date.", new TextShape()),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(Dated(parameters))),
            ],
            Refers =
            [
                new("counterId", "Counter", adjustment => adjustment.CounterId),
                new("accountId", "Account", adjustment => adjustment.AccountId),
            ],
            CheckAgainst = CheckAgainstAsync,
        };

    private static Condition Dated(ListParameters parameters)
    {
        if (parameters.Text("counterId") is null)
            parameters.Issues.Add("required", "counterId", "is required");
        foreach (var parameter in OfAnAccount.Where(parameter => parameters.Text(parameter) is not null))
        {
            if (parameters.Text("accountId") is null)
                parameters.Issues.Add("needs", parameter, "requires the parameter accountId");
        }
        return Condition.And(
            parameters.Dated("date", "date", Comparison.Equal),
            parameters.Dated("dateStart", "date", Comparison.GreaterOrEqual),
            parameters.Dated("dateEnd", "date", Comparison.Less),
            // An adjustment has a single date, which is also its end date.
            parameters.Dated("endDateStart", "date", Comparison.GreaterOrEqual),
            parameters.Dated("endDateEnd", "date", Comparison.Less));
    }

    private static async ValueTask CheckAgainstAsync(
        CounterAdjustment adjustment, CounterAdjustment? current, IResourceReader related, Issues issues)
    {
        var sameDay = await related.ListAsync<CounterAdjustment>(Condition.And(
            Condition.Equal("counter_id", adjustment.CounterId),
            Condition.Equal("account_id", adjustment.AccountId),
            Condition.Equal("date", InstantText.Write(adjustment.Date))));
        if (sameDay.FirstOrDefault(other => other.Id != current?.Id) is { } other)
            issues.AddConflict("taken", "date", $"is already the date of the adjustment '{other.Id}' of the same "
                + "counter; update that adjustment");
    }
}
