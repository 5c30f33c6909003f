using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.PlanGroups;

/// <summary>The definition of plan groups.</summary>
public static class PlanGroupResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PlanGroup> Definition { get; } =
        new("PlanGroup", "plangroups", () => PricingJson.Format.PlanGroup)
        {
            MaximumPageSize = 200,
            UniqueBy = [new("code", group => group.Code)],
            Filters = [ListFilter.Many("accountId", "account_id", "Only custom plan groups of these accounts.")],
            Refers =
            [
                new("currency", "Currency", group => group.Currency, "code"),
                new("accountId", "Account", group => group.AccountId),
                new("minimumSpendAccountingProductId", "Product", group => group.MinimumSpendAccountingProductId),
                new("standingChargeAccountingProductId", "Product", group => group.StandingChargeAccountingProductId),
            ],
            Complete = (group, _, _) => ValueTask.FromResult(group with
            {
                // Clients send an unused reference as an empty string.
                MinimumSpendAccountingProductId = NullIfEmpty(group.MinimumSpendAccountingProductId),
                StandingChargeAccountingProductId = NullIfEmpty(group.StandingChargeAccountingProductId),
            }),
            CheckAgainst = (group, current, _, issues) =>
            {
                if (current is not null && current.AccountId != group.AccountId)
                    issues.Add("immutable", "accountId", "cannot be changed; create a new plan group");
                return ValueTask.CompletedTask;
            },
        };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
