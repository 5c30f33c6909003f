using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Files;

/// <summary>Downloads and uploads of files by signed URLs, each valid for one method on one file.</summary>
internal sealed class FileUrls(
    IFileStore files, IEnumerable<IUploadTarget> targets, ArrivingUploads arriving, UrlSignatures signatures,
    PublicAddress addresses, RequestLimits limits)
{
    private const string Path = "/files/{kind}/{orgId}/{**id}";

    /// <summary>Maps the two endpoints of all files.</summary>
    internal void Map(WebApplication app)
    {
        app.MapGet(Path, GetAsync);
        app.MapPut(Path, PutAsync);
    }

    /// <summary>A URL that accepts the file of a key until an instant.</summary>
    internal string Upload(ApiCall call, FileKey key, Instant until)
    {
        var query = signatures.Sign(HttpMethods.Put, key.OrganizationId, key.Text, until);
        return $"{addresses.Of(call.Http.Request)}/files/{key}?{query}";
    }

    /// <summary>A URL that returns the file of a key for five minutes.</summary>
    internal string Download(ApiCall call, FileKey key) =>
        $"{addresses.Of(call.Http.Request)}/files/{key}?{signatures.SignDownload(key.OrganizationId, key.Text)}";

    private async Task GetAsync(HttpContext context)
    {
        var key = SignedKey(context, HttpMethods.Get);
        using var opened = await files
            .OpenAsync(key, context.RequestAborted) ?? throw new NotFoundException("The file no longer exists");
        var headers = context.Response.Headers;
        headers.ContentType = opened.File.ContentType;
        headers.ContentLength = opened.File.Length;
        headers.ContentDisposition = $"attachment; filename=\"{key.Id[(key.Id.LastIndexOf('/') + 1)..]}\"";
        await opened.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task PutAsync(HttpContext context)
    {
        var key = SignedKey(context, HttpMethods.Put);
        var target = targets.FirstOrDefault(one => one.Kind == key.Kind)
            ?? throw new NotFoundException("This URL does not accept an upload");
        using var arrival = arriving.Begin(key);
        var terms = await target.ExpectAsync(key, context.RequestAborted);
        var file = await KeepAsync(context, key, terms, target);
        try
        {
            await target.ReceiveAsync(file, context.RequestAborted);
        }
        // The file is no longer expected. No other upload of this key can have arrived in the meantime.
        catch (Exception exception) when (exception is NotFoundException or RefusedException)
        {
            await files.DeleteAsync(key, CancellationToken.None);
            throw;
        }
    }

    private async Task<StoredFile> KeepAsync(HttpContext context, FileKey key, FileTerms terms, IUploadTarget target)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = terms.MaxLength + 1;
        using var body = new BodyReader(context, limits.UploadTime);
        await using var content = new BodyStream(body);
        try
        {
            return await files
                .PutAsync(key, content, terms, context.RequestAborted);
        }
        catch (FileLengthException wrong)
        {
            await target.RefuseAsync(key, wrong.Message, CancellationToken.None);
            throw new RefusedException(new Issue("length", "", wrong.Message));
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            await target.RefuseAsync(key, new FileLengthException(terms).Message, CancellationToken.None);
            throw;
        }
        catch (StoreOutageException outage)
        {
            // No document refers to the file yet, so nothing is inconsistent.
            throw new StoreUnavailableException($"The uploaded file cannot be stored: {outage.Message}", outage);
        }
    }

    // Checks the signature first, so that only signed keys are looked up.
    private FileKey SignedKey(HttpContext context, string method)
    {
        var values = context.Request.RouteValues;
        var text = string.Create(CultureInfo.InvariantCulture, $"{values["kind"]}/{values["orgId"]}/{values["id"]}");
        return FileKey.TryParse(text) is { } key
            && signatures.IsSigned(context.Request, method, key.OrganizationId, key.Text)
            ? key : throw new ForbiddenException("The URL is invalid or has expired. Request a new one");
    }
}
