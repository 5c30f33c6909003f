using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Publishes and archives revisions.</summary>
internal sealed class LookupRevisionOperations(LookupRevisions revisions, ResourceViews views)
{
    internal static ApiOperation PutStatus { get; } = new(
        "PUT", "/organizations/{orgId}/lookuptables/{lookupTableId}/revisions/{id}/status",
        "UpdateLookupTableRevisionStatus", "LookupTableRevision", "Publish or archive a lookup table revision",
        LookupContract.Revision, Run.By<LookupRevisionOperations>(o => o.PutStatusAsync))
    {
        Body = LookupContract.StatusRequest,
        Permission = Permission.On(PermissionAction.ConfigUpdate, "config:lookupTableRevision").Item(),
        AlsoNeeds = LookupDataOperations.OfTable,
        Description = """
            A `DRAFT` becomes `PUBLISHED`, which archives the revision that was published before; a `PUBLISHED` one
            becomes `ARCHIVED`. This cannot be undone; to reuse the data, copy it into a new revision. `version` must
            match the stored version of the revision. Returns 409 if all published revisions of the organization would
            have more than 1,000,000 items or more than 256 MiB of strings.
            """,
    };

    private async Task PutStatusAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        LookupContract.StatusRequest.Shape.Check(body.RootElement);
        var asked = body.RootElement.TryGetProperty("status", out var status) ? status.GetString() : null;
        if (asked is null)
            throw new RefusedException(new Issue("required", "status", "is required"));
        var changed = await revisions.SetStatusAsync(
            new RevisionReference(
                call.OrganizationId, call.Route("lookupTableId"), call.Route("id"), call.Caller.AuditName),
            (asked, LookupVersions.Read(body.RootElement)),
            id => EntityPermissions.Demand(call.Grants, EntityPermissions.Update(LookupTableResource.Revisions), id),
            call.Cancelled);
        await views.AnswerAsync(call, LookupTableResource.Revisions, changed);
    }
}
