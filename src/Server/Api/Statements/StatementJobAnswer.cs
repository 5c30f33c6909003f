using Tallystick.Billing.Statements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Statements;

/// <summary>
/// Writes responses for statement jobs: with the statuses of the statements, and URLs of those that exist.
/// </summary>
internal sealed class StatementJobAnswer(ResourceService resources, FileUrls urls)
{
    /// <summary>The responses for stored jobs.</summary>
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ShowAsync(
        ApiCall call, IReadOnlyList<Document> stored) => await ShowAsync(
            call, [.. stored.Select(one => (StatementJob)StatementJobResource.Definition.Read(one.Json.Span))]);

    /// <summary>The responses for jobs.</summary>
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ShowAsync(
        ApiCall call, IReadOnlyList<StatementJob> jobs) =>
    [
        .. (await StatementStatuses.OfAsync(resources.Reader(call), jobs, call.Now)).Select(
            job => new ReadOnlyMemory<byte>(StatementJobResource.Definition.Write(WithUrls(call, job)))),
    ];

    /// <summary>The URL of the newest statement of a bill.</summary>
    internal string Url(ApiCall call, FileKey key) => urls.Download(call, key);

    private StatementJob WithUrls(ApiCall call, StatementJob job) => job with
    {
        PresignedJsonStatementUrl = job.JsonStatementStatus is null
            ? null : Url(call, StatementFiles.Json(call.OrganizationId, job.Id)),
        PresignedCsvStatementUrl = job.CsvStatementStatus is null
            ? null : Url(call, StatementFiles.Csv(call.OrganizationId, job.Id)),
    };
}
