using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Usage;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Usage;

/// <summary>Runs usage queries of the data explorer.</summary>
internal sealed class UsageQueryOperation(
    ResourceService resources, UsageExplorer explorer, QuerySlots slots, RequestLimits limits)
{
    internal static ApiOperation Query { get; } = new(
        "POST", "/organizations/{orgId}/usage/query", "PostUsageDataQuery", "DataExplorerV2", "Query usage",
        new ApiSchema(
            "UsageQueryResponse",
            new ObjectShape(
                "UsageQueryResponse",
                [
                    new JsonMember("data", new ListShape(new MapShape(new AnyShape()))),
                    new JsonMember("hasMoreData", new BooleanShape()),
                ])),
        Run.By<UsageQueryOperation>(o => o.AnswerAsync))
    {
        Body = new ApiSchema("UsageQueryRequest", UsageQueryRequest.Shape) { IsRequest = true },
        Permission = Permission.On(PermissionAction.AnalyticsQuery, "analytics:usage"),
        Description = """
            Includes all measurements accepted before the request. `startDate` (inclusive) and `endDate` (exclusive)
            are compared with `ts`. Pass a `timePeriod` instead to query a period relative to now, as in a saved query.
            Returns at most `limit` rows, most recently received first, and fewer if their texts exceed 32 million
            characters; `hasMoreData` is true if there are more.

            Without `aggregations`, the rows are measurements: `uid`, `accountId`, `accountCode`, `accountName`,
            `meterId`, `meterCode`, `ts`, `ets`, `receivedAt`, and a member for each field of the meter.

            With `aggregations`, a row has one member per group (`accountId` and `accountCode`; the code of the
            dimension; `ts`, the start of the bucket) and one per aggregation, named
            `<meter code>.<field code>.<function>`. Days, weeks (starting on Monday), months and quarters are in the
            organization's time zone. Rows of several meters with the same groups are merged; values that a meter does
            not have are null. A field whose code conflicts with another member is named `<meter code>.<field code>`.

            A query can have at most 100 filters, 100 aggregations and 100 groups.

            The number of concurrent queries is limited. Returns 429 if too many queries of your organization are
            waiting, and 503 if too many are waiting in total, if the query exceeds the time limit, or if it needs too
            much memory; `Retry-After` says when to try again. Closing the connection cancels the query. A client that
            does not read the whole response within the time limit is disconnected.
            """,
    };

    private async Task AnswerAsync(ApiCall call)
    {
        var zone = await resources.ZoneAsync(call);
        UsageQueryRequest request;
        using (var body = await call.ReadJsonAsync())
            request = UsageQueryRequest.Read(body.RootElement, zone).At(call.Now, zone);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(call.Cancelled);
        cancelling.CancelAfter(limits.QueryTime);
        // The slot is held until the response is sent, because the rows are in memory until then.
        using var slot = await InTimeAsync(call, slots.EnterAsync(call.OrganizationId, cancelling.Token).AsTask());
        var (rows, json) = await InTimeAsync(call, QueryAsync(call, request, zone, cancelling.Token));
        await call.StreamAsync(limits.QueryTime, (writer, betweenRows) => json.WriteAsync(writer, rows, betweenRows));
    }

    // Includes reading meters and accounts, which can take longer than reading usage. The body is read before, because
    // the caller determines how long that takes.
    private async Task<(ExplorerRows Rows, UsageRowsJson Json)> QueryAsync(
        ApiCall call, UsageQueryRequest request, DateTimeZone zone, CancellationToken cancelled)
    {
        var (query, rows) = await explorer.ExploreAsync(call.OrganizationId, request, zone, cancelled);
        var accounts = await AccountsAsync(
            resources.Reader(call.OrganizationId, cancelled), AccountIds(query, rows));
        return (rows, new UsageRowsJson(query, accounts));
    }

    private async Task<T> InTimeAsync<T>(ApiCall call, Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException cancelled) when (!call.Cancelled.IsCancellationRequested)
        {
            throw new ServerBusyException(
                FormattableString.Invariant($"The usage query took longer than {limits.QueryTime.TotalSeconds} ")
                    + "seconds. Query a shorter period or fewer groups, or try again later.",
                cancelled);
        }
        catch (OverflowException overflow)
        {
            throw new RefusedException(new Issue("digits", "aggregations", $"failed: {overflow.Message}"));
        }
    }

    private static HashSet<string> AccountIds(UsageExploration query, ExplorerRows rows)
    {
        var ids = rows.Measurements.Select(measurement => measurement.AccountId).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, _) in query.Groups.Index().Where(group => group.Item is ExplorerGroup.ByAccount))
            ids.UnionWith(rows.Groups.Select(row => row.Keys[index].Text!));
        return ids;
    }

    private static async Task<Dictionary<string, Account>> AccountsAsync(ResourceReader stored, HashSet<string> ids)
    {
        var accounts = await stored.ListAsync<Account>(new Condition.In("id", [.. ids]));
        return accounts.ToDictionary(account => account.Id, StringComparer.Ordinal);
    }
}
