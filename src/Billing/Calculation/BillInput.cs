using NodaTime;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Currencies;

namespace Tallystick.Billing.Calculation;

/// <summary>The input of a bill, except usage. The order of lists does not matter.</summary>
public sealed record BillInput
{
    /// <summary>UUID of the organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The account billed, its plans and whatever else it is charged for.</summary>
    public required AccountTerms Terms { get; init; }

    /// <summary>The organization's settings.</summary>
    public required OrganizationConfig Organization { get; init; }

    /// <summary>Which bill to calculate, and the overrides of its job.</summary>
    public required BillRun Run { get; init; }

    /// <summary>The organization's currencies.</summary>
    public required IReadOnlyList<Currency> Currencies { get; init; }

    /// <summary>Products to which lines can be attributed for accounting; the lines show their names.</summary>
    public IReadOnlyList<Product> AccountingProducts { get; init; } = [];
}

/// <summary>Identifies a bill of an account, and how to calculate it.</summary>
public sealed record BillRun
{
    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>
    /// How often bills are created: a regular frequency for the account plans that have it, <c>AD_HOC</c> for what has
    /// a date of its own, or <c>MIXED</c> for everything that is due on the date (consolidated bills).
    /// </summary>
    public required BillingFrequency Frequency { get; init; }

    /// <summary>Length of the billing period in units of the frequency, 1 or more.</summary>
    public required int Interval { get; init; }

    /// <summary>UUID of the bill grouping key of the contracts on the bill; null for everything else.</summary>
    public string? GroupingKeyId { get; init; }

    /// <summary>True if the bill contains everything that is due on its date.</summary>
    public bool IsConsolidated => Frequency == BillingFrequency.Mixed;

    /// <summary>
    /// True if the bill already exists and is recalculated with the billing cycles that it was created with.
    /// </summary>
    public bool IsRecalculation { get; init; }

    /// <summary>
    /// UUIDs of the plans that must still be due on this date, otherwise the recalculation is refused. Only for bills
    /// that were stored without their billing cycles; otherwise empty.
    /// </summary>
    public IReadOnlyList<string> BilledPlanIds { get; init; } = [];

    /// <summary>
    /// True if the same job also creates an earlier bill of the kind, which has the late usage of locked bills.
    /// </summary>
    public bool FollowsNew { get; init; }

    /// <summary>Settings of the job that override those of the organization and account.</summary>
    public RunOverrides Overrides { get; init; } = RunOverrides.None;
}
