using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>Access to the resources of the caller's organization.</summary>
internal static class CallResources
{
    /// <summary>A reader for the caller's organization.</summary>
    internal static ResourceReader Reader(this ResourceService resources, ApiCall call) =>
        resources.Reader(call.OrganizationId, call.Cancelled);

    /// <summary>The stored JSON of an entity.</summary>
    /// <exception cref="Foundation.Values.NotFoundException">There is no such entity.</exception>
    internal static ValueTask<ReadOnlyMemory<byte>> FindJsonAsync(
        this ResourceService resources, ApiCall call, ResourceDefinition definition, string id) =>
        resources.FindJsonAsync(definition, call.OrganizationId, id, call.Cancelled);

    /// <summary>The time zone of the organization.</summary>
    internal static ValueTask<DateTimeZone> ZoneAsync(this ResourceService resources, ApiCall call) =>
        OrganizationZone.FindAsync(resources.Reader(call), call.OrganizationId);

    /// <summary>The context for checks of requests that grant or revoke access.</summary>
    internal static Granting Granting(this ResourceService resources, ApiCall call) => new(
        call.Caller, call.Grants, resources.Reader(call), call.Now, (string?)call.Http.Request.RouteValues["id"],
        call.Cancelled);

    /// <summary>The proposed entity in the body of a request, within the parent in the path.</summary>
    internal static async Task<T> ReadProposedAsync<T>(
        this ResourceService resources, ApiCall call, ResourceDefinition<T> definition) where T : Resource =>
        (T)await resources.ReadProposedAsync(call, (ResourceDefinition)definition);

    /// <summary>The proposed entity in the body of a request, within the parent in the path.</summary>
    internal static async Task<Resource> ReadProposedAsync(
        this ResourceService resources, ApiCall call, ResourceDefinition definition)
    {
        using var body = await call.ReadJsonAsync();
        var proposed = definition.Read(definition.Shape.Check(body.RootElement, await resources.ZoneAsync(call)));
        return definition.ParentTarget is { } parent
            ? definition.Into(proposed, call.Route(parent.Parameter)) : proposed;
    }
}
