using System.Text.Json;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.WhatIf;

/// <summary>Which bills to calculate with changed plans or prices.</summary>
/// <param name="AccountIds">UUIDs of the accounts; null for all.</param>
/// <param name="Start">First bill date.</param>
/// <param name="End">Day after the last bill date.</param>
/// <param name="Changes">
/// Plans and prices as they would be: with the UUID of a stored one, they replace it; otherwise, they are added.
/// </param>
public sealed record WhatIfRequest(
    IReadOnlyList<string>? AccountIds, LocalDate Start, LocalDate End, IReadOnlyList<EntityChange> Changes);

/// <summary>A plan or price as it would be.</summary>
/// <param name="Path">Where the request names it, such as <c>pricings[0]</c>.</param>
/// <param name="Definition">Its kind.</param>
/// <param name="Entity">The plan or price; its id is empty if it is added.</param>
public sealed record EntityChange(string Path, ResourceDefinition Definition, Resource Entity)
{
    /// <summary>True if the entity does not replace a stored one.</summary>
    public bool IsAdded => string.IsNullOrEmpty(Entity.Id);
}

/// <summary>The kinds that a what-if calculation can change.</summary>
public static class WhatIfKinds
{
    /// <summary>Maximum number of changes.</summary>
    public const int MaxChanges = 100;

    /// <summary>The kinds, by their member in the request.</summary>
    public static IReadOnlyDictionary<string, ResourceDefinition> ByMember { get; } =
        new Dictionary<string, ResourceDefinition>
        {
            ["pricings"] = PricingResource.Definition,
            ["counterPricings"] = CounterPricingResource.Definition,
            ["plans"] = PlanResource.Definition,
            ["planTemplates"] = PlanTemplateResource.Definition,
        };

    /// <summary>The shape of a changed entity: that of a request, with an optional id.</summary>
    public static ObjectShape ShapeOf(ResourceDefinition definition) => new(
        definition.Kind + "Change",
        [
            new JsonMember("id", new TextShape(36, 36)),
            .. definition.Shape.Members.Where(member => !member.IsServerSet),
        ]);
}

/// <summary>What a change of plans or prices would do to bills: totals first.</summary>
/// <param name="Totals">One total per billing currency, without bills that fail before or after the change.</param>
/// <param name="Accounts">
/// The accounts whose bills change, by the size of the change; all accounts if the request names them.
/// </param>
/// <param name="Failures">
/// Bills that could not be calculated before or after the change; totals and accounts include neither side of them.
/// </param>
public sealed record WhatIfResult(
    IReadOnlyList<WhatIfTotal> Totals,
    IReadOnlyList<WhatIfAccount> Accounts,
    IReadOnlyList<WhatIfFailure> Failures)
{
    /// <summary>The form returned by the API.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.WhatIfResult);
}

/// <summary>The total of all bills in one currency.</summary>
/// <param name="Currency">Code of the billing currency.</param>
/// <param name="Bills">Number of bills.</param>
/// <param name="ChangedBills">Number of bills that change.</param>
/// <param name="Before">Total as plans and prices are.</param>
/// <param name="After">Total as they would be.</param>
/// <param name="Change">The second minus the first.</param>
public sealed record WhatIfTotal(
    string Currency, int Bills, int ChangedBills, decimal Before, decimal After, decimal Change);

/// <summary>What would change for an account.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="AccountCode">Code of the account.</param>
/// <param name="Currency">Code of the billing currency.</param>
/// <param name="Before">Total of its bills as plans and prices are.</param>
/// <param name="After">Total of its bills as they would be.</param>
/// <param name="Change">The second minus the first.</param>
/// <param name="Bills">Its bills; null if the request does not name accounts.</param>
public sealed record WhatIfAccount(
    string AccountId,
    string AccountCode,
    string Currency,
    decimal Before,
    decimal After,
    decimal Change,
    IReadOnlyList<WhatIfBill>? Bills);

/// <summary>A bill before and after the change.</summary>
/// <param name="BillDate">The bill date.</param>
/// <param name="Before">The bill as plans and prices are; null if there is none.</param>
/// <param name="After">The bill as they would be; null if there would be none.</param>
/// <param name="Difference">The lines that differ; null if one of the bills is missing.</param>
public sealed record WhatIfBill(LocalDate BillDate, Bill? Before, Bill? After, BillDifference? Difference);

/// <summary>A bill that could not be calculated.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="Message">The reason.</param>
public sealed record WhatIfFailure(string AccountId, string Message);
