using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Accounts;

/// <summary>An end customer, for whom usage is measured and bills are created.</summary>
public sealed record Account : ResourceWithCustomFields
{
    /// <summary>Name of the customer.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code that measurements use to refer to the account. Unique among accounts.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Contact address.</summary>
    public Address? Address { get; init; }

    /// <summary>Contact e-mail address.</summary>
    [Form(TextForm.Email)]
    public required string EmailAddress { get; init; }

    /// <summary>UUID of the parent account. A parent account cannot have a parent.</summary>
    public string? ParentAccountId { get; init; }

    /// <summary>Date of the first bill, from which later bill dates are counted. Overrides the organization.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>
    /// Time zone of the account's bills: a tz database name or an offset such as <c>UTC+1:00</c>. Overrides the
    /// organization. A child account is billed in the time zone of its parent.
    /// </summary>
    public string? Timezone { get; init; }

    /// <summary>Purchase order number, copied to bills.</summary>
    [Characters(0, 100)]
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>Code of the currency in which the account is billed. Default: the organization's currency.</summary>
    public string? Currency { get; init; }

    /// <summary>UUID of the statement definition used for its bills.</summary>
    public string? StatementDefinitionId { get; init; }

    /// <summary>Which statements are generated when a bill is approved.</summary>
    public StatementAutoGenerateMode? AutoGenerateStatementMode { get; init; }

    /// <summary>Order in which credits are applied. Overrides the organization.</summary>
    public IReadOnlyList<BillCreditType>? CreditApplicationOrder { get; init; }

    /// <summary>Days from the bill date to the due date. Overrides the organization.</summary>
    [Above(0)]
    public int? DaysBeforeBillDue { get; init; }
}

/// <summary>A postal address.</summary>
public sealed record Address
{
    /// <summary>First line.</summary>
    [Characters(0, 50)]
    public string? AddressLine1 { get; init; }

    /// <summary>Second line.</summary>
    [Characters(0, 50)]
    public string? AddressLine2 { get; init; }

    /// <summary>Third line.</summary>
    public string? AddressLine3 { get; init; }

    /// <summary>Fourth line.</summary>
    public string? AddressLine4 { get; init; }

    /// <summary>Town.</summary>
    [Characters(0, 100)]
    public string? Locality { get; init; }

    /// <summary>State, county or province.</summary>
    [Characters(0, 50)]
    public string? Region { get; init; }

    /// <summary>Post or zip code.</summary>
    [Characters(0, 20)]
    public string? PostCode { get; init; }

    /// <summary>Country.</summary>
    [Characters(0, 100)]
    public string? Country { get; init; }
}

/// <summary>Which statements are generated automatically.</summary>
public enum StatementAutoGenerateMode
{
    /// <summary>None.</summary>
    None,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>JSON and CSV.</summary>
    JsonAndCsv,
}

/// <summary>A credit that charges can draw on.</summary>
public enum BillCreditType
{
    /// <summary>Commitments.</summary>
    Prepayment,

    /// <summary>Balances.</summary>
    Balance,
}
