using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.PlanGroups;

/// <summary>What is special about plan groups.</summary>
public static class PlanGroupResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<PlanGroup> Definition { get; } =
        new("PlanGroup", "plangroups", () => PricingJson.Format.PlanGroup)
        {
            MaximumPageSize = 200,
            UniqueBy = [new("code", group => group.Code)],
            Filters = [ListFilter.Many("accountId", "account_id", "Only plan groups made for these accounts.")],
            Refers =
            [
                new("currency", "Currency", group => group.Currency, "code"),
                new("accountId", "Account", group => group.AccountId),
                new("minimumSpendAccountingProductId", "Product", group => group.MinimumSpendAccountingProductId),
                new("standingChargeAccountingProductId", "Product", group => group.StandingChargeAccountingProductId),
            ],
            Complete = (group, _, _) => ValueTask.FromResult(group with
            {
                // Clients send an unused reference as an empty text.
                MinimumSpendAccountingProductId = NullIfEmpty(group.MinimumSpendAccountingProductId),
                StandingChargeAccountingProductId = NullIfEmpty(group.StandingChargeAccountingProductId),
            }),
            CheckAgainst = (group, current, _, issues) =>
            {
                if (current is not null && current.AccountId != group.AccountId)
                    issues.Add("immutable", "accountId", "cannot change; make a new plan group");
                return ValueTask.CompletedTask;
            },
        };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
