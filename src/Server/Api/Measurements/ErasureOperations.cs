using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Erasures;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Erasing the usage of an account.</summary>
internal sealed class ErasureOperations(
    ResourceService resources, ResourceLists lists, ResourceViews views, IUsageRemoval store, LoadedLog log)
{
    private const string Root = "/organizations/{orgId}/measurements/erasures";
    private const int MaxPending = 100;
    private static readonly ResourceDefinition<MeasurementErasure> Definition = MeasurementErasureResource.Definition;
    private static readonly ApiSchema One = new("MeasurementErasureResponse", Definition.Shape);

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "ListMeasurementErasures", ApiOperations.OwnTag, "List erasures", ResourceOperations.Page(
            Definition), By(o => o.ListAsync))
        {
            Parameters = ResourceOperations.ListParameters(Definition),
            Permission = EntityPermissions.Retrieve(Definition).Visible(),
            Description = "Newest first.",
        },
        new("POST", Root, "CreateMeasurementErasure", ApiOperations.OwnTag, "Erase the usage of an account", One,
            By(o => o.CreateAsync))
        {
            Body = new ApiSchema("MeasurementErasureRequest", Definition.Shape) { IsRequest = true },
            Permission = EntityPermissions.Create(Definition),
            AlsoNeeds = [EntityPermissions.Retrieve(AccountResource.Definition).Visible()],
            Description = """
                Deletes all measurements of an account that were accepted before the request, including voided and
                failed ones, such as on a request under privacy law. This happens in the background: retrieve the
                erasure until its status is `DONE`. From then on, no response contains them, and the report on
                measurements counts them as `erased`. An erasure cannot be undone. Failed measurements for which no
                account was looked up, including invalid rows of uploaded files (`InvalidRow`), are deleted if they
                were sent with the account's current code, so erase before you delete the account or change its code.
                An invalid row whose account cannot be read is deleted if one of its values is the code.

                What remains, and for how long: the measurement log keeps each submission as it was sent for about 35
                days, to recognize a repeated `uid`; it is not served. The bytes in the measurement store are
                overwritten by maintenance, usually within minutes; for usage of a day that is not closed yet, about an
                hour after the end of that day (UTC). An uploaded file can be downloaded as it was sent for 30 days
                after its upload. Backups keep what they contain until you delete them; after you restore a backup made
                before the erasure, request the erasure again. The erasure keeps the id and the code of the account. The
                account, its bills and the events of its changes are not affected. The uids stay used for 35 days.

                At most 100 erasures can be pending; then the response is 429.
                """,
        },
        new("GET", Root + "/{id}", "GetMeasurementErasure", ApiOperations.OwnTag, "Retrieve an erasure", One,
            By(o => o.GetAsync))
        {
            Permission = EntityPermissions.Retrieve(Definition).Item(),
        },
    ];

    private static Run By(Func<ErasureOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private Task ListAsync(ApiCall call) => lists.AnswerAsync(call, Definition);

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(await views.ShowAsync(
        call, Definition, await resources.FindJsonAsync(call, Definition, call.Route("id"))));

    private async Task CreateAsync(ApiCall call)
    {
        var asked = await resources.ReadProposedAsync(call, Definition);
        EntityPermissions.Require(call.Grants, AccountResource.Definition, ("accountId", asked.AccountId));
        var account = await resources.Reader(call).FindAsync<Account>(asked.AccountId);
        await call.AnswerAsync(Definition.Write(await resources.CreateAsync(
            Definition, call.OrganizationId, call.Caller.AuditName,
            asked with
            {
                AccountCode = account?.Code,
                Status = RemovalStatus.Pending,
                LogPosition = log.End.Value,
                Erased = null,
            },
            call.Cancelled,
            related => CheckAsync(related, call.OrganizationId, asked.AccountId))));
    }

    // The account may have been deleted: then the store knows whether it had usage.
    private async ValueTask CheckAsync(IResourceReader related, string organizationId, string accountId)
    {
        if (await related.FindAsync<Account>(accountId) is null && !store.HasAccount(organizationId, accountId))
            throw new RefusedException(Issue.UnknownReference("accountId", "account", accountId));
        if ((await related.ListAsync<MeasurementErasure>(MeasurementErasureResource.Pending)).Count >= MaxPending)
            throw new TooManyRequestsException($"{MaxPending} erasures are pending already. Wait for one to finish.");
    }
}
