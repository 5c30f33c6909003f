using System.Globalization;
using System.Text;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>
/// Downloads the data of a revision by signed URLs. A file is generated while it is sent, from one version of the data.
/// </summary>
internal sealed class LookupDownload(LookupStore store, UrlSignatures signatures, PublicAddress addresses)
{
    private const int ItemsAtATime = 2000;

    /// <summary>Maps the downloads.</summary>
    internal void Map(WebApplication app) =>
        app.MapGet("/downloads/lookup-data/{orgId}/{version:long}/{name}", DownloadAsync);

    /// <summary>A signed URL, which needs no token.</summary>
    internal string Url(ApiCall call, string revisionId, long version, string contentType, Instant until)
    {
        var file = File(call.OrganizationId, version, LookupFile.NameOf(revisionId, contentType));
        var query = signatures.Sign(
            HttpMethods.Get, call.OrganizationId, file, until);
        return $"{addresses.Of(call.Http.Request)}/downloads/{file}?{query}";
    }

    private static string File(string organizationId, long version, string name) =>
        FormattableString.Invariant($"lookup-data/{organizationId}/{version}/{name}");

    private async Task DownloadAsync(HttpContext context)
    {
        var organizationId = (string)context.Request.RouteValues["orgId"]!;
        var name = (string)context.Request.RouteValues["name"]!;
        var version = long.Parse((string)context.Request.RouteValues["version"]!, CultureInfo.InvariantCulture);
        if (!signatures.IsSigned(
            context.Request, HttpMethods.Get, organizationId, File(organizationId, version, name)))
            throw new ForbiddenException("The URL is not valid or has expired. Request a new one.");
        var contentType = name.EndsWith(".csv", StringComparison.Ordinal) ? LookupFile.Csv : LookupFile.JsonLines;
        var related = store.Reader(organizationId, context.RequestAborted);
        var revision = await related.FindAsync<LookupTableRevision>(Path.GetFileNameWithoutExtension(name));
        if (revision is null || await VersionAsync() != version)
            throw new NotFoundException("The data was deleted or has changed. Request the file again.");
        context.Response.ContentType = contentType;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        await WriteAsync(context, organizationId, revision, contentType);
        // The data changed during the download. Abort, so that the client does not take a mix of versions as complete.
        if (await VersionAsync() != version)
            context.Abort();

        async ValueTask<long> VersionAsync() =>
            (await related.FindAsync<LookupTableData>(revision.Id))?.Version ?? 0;
    }

    private async Task WriteAsync(
        HttpContext context,
        string organizationId,
        LookupTableRevision revision,
        string contentType)
    {
        var text = new StringBuilder(LookupFile.Head(revision, contentType));
        long? after = null;
        while (true)
        {
            var items = await store.ItemsAsync(
                organizationId, revision.Id, after, ItemsAtATime, context.RequestAborted);
            foreach (var (item, _) in items)
                text.Append(LookupFile.Line(revision, item.Values, contentType));
            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
            if (items.Count < ItemsAtATime)
                return;
            text.Clear();
            after = items[^1].Sequence;
        }
    }
}
