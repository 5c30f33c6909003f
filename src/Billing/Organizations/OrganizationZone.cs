using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Organizations;

/// <summary>
/// The time zone of an organization. It applies to dates and date-times without an offset in bodies and queries, except
/// in measurements, where they are in UTC.
/// </summary>
public static class OrganizationZone
{
    /// <summary>Finds the current time zone.</summary>
    /// <exception cref="RefusedException">The configured time zone is unknown.</exception>
    public static async ValueTask<DateTimeZone> FindAsync(IResourceReader related, string organizationId) =>
        // The configuration has the id of the organization. The store caches entities found by id.
        Of(await related.FindAsync<OrganizationConfig>(organizationId)
            ?? throw ResourceService.NotFound(OrganizationConfigResource.Definition, organizationId));

    /// <summary>The time zone of a configuration.</summary>
    /// <exception cref="RefusedException">The configured time zone is unknown.</exception>
    public static DateTimeZone Of(OrganizationConfig organization) =>
        BillingTimeZone.TryParse(organization.Timezone, out var zone)
            ? zone
            : throw new RefusedException(new Issue(
                "time_zone", "", $"The organization's timezone '{organization.Timezone}' {BillingTimeZone.Rule}"));
}
