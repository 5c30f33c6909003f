using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Organizations;

/// <summary>
/// The time zone of an organization. Dates and date-times without an offset are in it, in bodies and in queries alike;
/// only a measurement's are in UTC.
/// </summary>
public static class OrganizationZone
{
    /// <summary>The time zone by now.</summary>
    /// <exception cref="RefusedException">The configuration names none.</exception>
    public static async ValueTask<DateTimeZone> FindAsync(IResourceReader related, string organizationId) =>
        // Found by its id, which the organization gives it: the store remembers it.
        Of(await related.FindAsync<OrganizationConfig>(organizationId)
            ?? throw ResourceService.NotFound(OrganizationConfigResource.Definition, organizationId));

    /// <summary>The time zone that a configuration names.</summary>
    /// <exception cref="RefusedException">It names none.</exception>
    public static DateTimeZone Of(OrganizationConfig organization) =>
        BillingTimeZone.TryParse(organization.Timezone, out var zone)
            ? zone
            : throw new RefusedException(new Issue(
                "time_zone", "", $"The organization's timezone '{organization.Timezone}' {BillingTimeZone.Rule}"));
}
