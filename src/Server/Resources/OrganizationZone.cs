using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;

namespace Tallystick.Server.Resources;

/// <summary>
/// The time zone of an organization. Dates and date-times without an offset are in it, in bodies and in queries alike;
/// only a measurement's are in UTC.
/// </summary>
internal static class OrganizationZone
{
    /// <summary>The time zone at the time of the request.</summary>
    internal static async ValueTask<DateTimeZone> ZoneAsync(this ApiCall call)
    {
        // Found by its id, which the organization gives it: the store remembers it.
        var reader = new ResourceReader(
            AllKinds.Catalog, call.Service<IDocumentStore>(), call.OrganizationId, call.Cancelled);
        return Of(await reader.FindAsync<OrganizationConfig>(call.OrganizationId)
            ?? throw ResourceService.NotFound(OrganizationConfigResource.Definition, call.OrganizationId));
    }

    /// <summary>The time zone that a configuration names.</summary>
    internal static DateTimeZone Of(OrganizationConfig organization) =>
        BillingTimeZone.TryParse(organization.Timezone, out var zone)
            ? zone
            : throw new RefusedException(new Issue(
                "time_zone", "", $"The organization's timezone '{organization.Timezone}' {BillingTimeZone.Rule}"));
}
