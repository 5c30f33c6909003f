using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Voiding measurements by uid.</summary>
internal sealed class VoidOperations(
    ResourceService resources, ResourceLists lists, ResourceViews views, LoadedLog log)
{
    private const string Root = "/organizations/{orgId}/measurements/voids";
    private const int MaxPending = 100;
    private static readonly ResourceDefinition<MeasurementVoid> Definition = MeasurementVoidResource.Definition;
    private static readonly ApiSchema One = new("MeasurementVoidResponse", Definition.Shape);

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListMeasurementVoids", ApiOperations.OwnTag, "List voids", ResourceOperations.Page(
            Definition), By(o => o.ListAsync))
        {
            Parameters = ResourceOperations.ListParameters(Definition),
            Permission = EntityPermissions.Retrieve(Definition).Visible(),
            Description = "Newest first.",
        },
        new("POST", Root, "CreateMeasurementVoid", ApiOperations.OwnTag, "Void measurements", One,
            By(o => o.CreateAsync))
        {
            Body = new ApiSchema("MeasurementVoidRequest", Definition.Shape) { IsRequest = true },
            Permission = EntityPermissions.Create(Definition),
            Description = """
                Removes measurements from usage, such as those that were sent by mistake. This happens in the
                background: retrieve the void until its status is `DONE`; from then on, usage queries and bill
                calculations no longer include the measurements. Existing bills change only when they are
                recalculated. Everything that was accepted before the request is considered, whether it was loaded
                already or not.

                Nothing is edited: the measurements are kept apart from usage, the void records who removed them and
                why, and the report on measurements counts them as `voided`. A `uid` stays used, so the measurement
                cannot be submitted again with it; submit a correction with a new `uid`. A void cannot be undone.

                At most 100 voids can be pending; then the response is 429.
                """,
        },
        new("GET", Root + "/{id}", "GetMeasurementVoid", ApiOperations.OwnTag, "Retrieve a void", One,
            By(o => o.GetAsync))
        {
            Permission = EntityPermissions.Retrieve(Definition).Item(),
        },
    ];

    private static Run By(Func<VoidOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private Task ListAsync(ApiCall call) => lists.AnswerAsync(call, Definition);

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(await views.ShowAsync(
        call, Definition, await resources.FindJsonAsync(call, Definition, call.Route("id"))));

    private async Task CreateAsync(ApiCall call)
    {
        var asked = await resources.ReadProposedAsync(call, Definition);
        await call.AnswerAsync(Definition.Write(await resources.CreateAsync(
            Definition, call.OrganizationId, call.Caller.AuditName,
            asked with
            {
                Status = RemovalStatus.Pending,
                LogPosition = log.End.Value,
                Voided = null,
                NotFound = null,
            },
            call.Cancelled, RefuseWhenBusyAsync)));
    }

    private static async ValueTask RefuseWhenBusyAsync(IResourceReader related)
    {
        if ((await related.ListAsync<MeasurementVoid>(MeasurementVoidResource.Pending)).Count >= MaxPending)
            throw new TooManyRequestsException($"{MaxPending} voids are pending already. Wait for one to finish.");
    }
}
