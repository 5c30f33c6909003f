using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Organizations;

/// <summary>A company that uses the product. Its data is isolated from that of other organizations.</summary>
public sealed record Organization : Resource
{
    /// <summary>Name of the company.</summary>
    public required string OrganizationName { get; init; }

    /// <summary>UUID of the organization.</summary>
    public string? OrgId { get; init; }

    /// <summary>Customer number of the company.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Short name of the company.</summary>
    public string? ShortName { get; init; }

    /// <summary>First line of the address.</summary>
    public string? AddressLine1 { get; init; }

    /// <summary>Second line of the address.</summary>
    public string? AddressLine2 { get; init; }

    /// <summary>Third line of the address.</summary>
    public string? AddressLine3 { get; init; }

    /// <summary>Fourth line of the address.</summary>
    public string? AddressLine4 { get; init; }

    /// <summary>Town.</summary>
    public string? Locality { get; init; }

    /// <summary>Region.</summary>
    public string? Region { get; init; }

    /// <summary>Post code.</summary>
    public string? PostCode { get; init; }

    /// <summary>Country.</summary>
    public string? Country { get; init; }

    /// <summary>Tax identification number of the company.</summary>
    public string? TaxId { get; init; }

    /// <summary>Purchase order number shown on invoices to the company.</summary>
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>General reference shown on invoices to the company.</summary>
    public string? InvoiceGeneralReference { get; init; }

    /// <summary>UUID of the first billing contact.</summary>
    public string? BillingContactUserId1 { get; init; }

    /// <summary>UUID of the second billing contact.</summary>
    public string? BillingContactUserId2 { get; init; }

    /// <summary>UUID of the third billing contact.</summary>
    public string? BillingContactUserId3 { get; init; }

    /// <summary>Type of the organization.</summary>
    public OrganizationType? Type { get; init; }

    /// <summary>Status of the organization.</summary>
    public OrganizationStatus? Status { get; init; }
}

/// <summary>Type of an organization.</summary>
public enum OrganizationType
{
    /// <summary>Production use.</summary>
    Production,

    /// <summary>Test use.</summary>
    Sandbox,
}

/// <summary>Status of an organization.</summary>
public enum OrganizationStatus
{
    /// <summary>Active.</summary>
    Active,

    /// <summary>Inactive.</summary>
    Archived,
}

/// <summary>The definition of organizations.</summary>
public static class OrganizationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Organization> Definition { get; } =
        new("Organization", "organization", () => AccessJson.Format.Organization) { IsInternal = true };
}
