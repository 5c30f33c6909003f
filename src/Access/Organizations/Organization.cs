using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Organizations;

/// <summary>An organization: a company that uses the product. All of its data is its own.</summary>
public sealed record Organization : Resource
{
    /// <summary>Name of the company.</summary>
    public required string OrganizationName { get; init; }

    /// <summary>UUID of the organization.</summary>
    public string? OrgId { get; init; }

    /// <summary>Number of the company as a customer.</summary>
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

    /// <summary>Number by which the tax office knows the company.</summary>
    public string? TaxId { get; init; }

    /// <summary>Number of the order that invoices to the company name.</summary>
    public string? PurchaseOrderNumber { get; init; }

    /// <summary>What invoices to the company name besides.</summary>
    public string? InvoiceGeneralReference { get; init; }

    /// <summary>UUID of the first user to ask about bills.</summary>
    public string? BillingContactUserId1 { get; init; }

    /// <summary>UUID of the second user to ask about bills.</summary>
    public string? BillingContactUserId2 { get; init; }

    /// <summary>UUID of the third user to ask about bills.</summary>
    public string? BillingContactUserId3 { get; init; }

    /// <summary>What the organization is for.</summary>
    public OrganizationType? Type { get; init; }

    /// <summary>Whether it is in use.</summary>
    public OrganizationStatus? Status { get; init; }
}

/// <summary>What an organization is for.</summary>
public enum OrganizationType
{
    /// <summary>Real business.</summary>
    Production,

    /// <summary>Trying things.</summary>
    Sandbox,
}

/// <summary>Whether an organization is in use.</summary>
public enum OrganizationStatus
{
    /// <summary>In use.</summary>
    Active,

    /// <summary>No longer in use.</summary>
    Archived,
}

/// <summary>What is special about organizations.</summary>
public static class OrganizationResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Organization> Definition { get; } =
        new("Organization", "organization", () => AccessJson.Format.Organization) { IsInternal = true };
}
