using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Features;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Downloads;
using Tallystick.Server.Http;

namespace Tallystick.Server.LookupTables;

/// <summary>Files that wait in the data directory until their job has taken them in.</summary>
internal sealed class LookupUploads
{
    private readonly ConcurrentDictionary<string, bool> _receiving = new(StringComparer.Ordinal);
    private readonly string _folder;
    private readonly IReadOnlyList<string> _leftBehind;

    internal LookupUploads(string dataDirectory)
    {
        _folder = Path.Combine(dataDirectory, "uploads", "lookup-data");
        _leftBehind = Directory.Exists(_folder) ? [.. Directory.EnumerateFiles(_folder)] : [];
    }

    /// <summary>Where the file of a job is. Ids of jobs are UUIDs that the server made.</summary>
    internal string PathOf(string jobId) => Path.Combine(_folder, jobId);

    /// <summary>True while the file of a job arrives.</summary>
    internal bool IsReceiving(string jobId) => _receiving.ContainsKey(jobId);

    /// <summary>The file of a job begins to arrive; false when it does already.</summary>
    internal bool TryBegin(string jobId) => _receiving.TryAdd(jobId, true);

    /// <summary>The file of a job arrives no more.</summary>
    internal void End(string jobId) => _receiving.TryRemove(jobId, out _);

    /// <summary>Keeps a file, durably, if it has the length.</summary>
    /// <returns>False, with nothing kept, when it has another length.</returns>
    /// <exception cref="StoreUnavailableException">The disk is full or fails; nothing is kept.</exception>
    internal async Task<bool> KeepAsync(
        string jobId, BodyReader body, long length, CancellationToken cancellationToken)
    {
        var partial = $"{PathOf(jobId)}.{Guid.NewGuid():N}";
        try
        {
            long kept = 0;
            await using (var file = Create(partial))
            {
                var isCompleted = false;
                while (!isCompleted && kept <= length)
                {
                    var result = await body.ReadAsync();
                    isCompleted = result.IsCompleted;
                    kept += result.Buffer.Length;
                    try
                    {
                        await WriteAsync(file, result.Buffer, cancellationToken);
                    }
                    finally
                    {
                        body.AdvanceTo(result.Buffer.End);
                    }
                }
                if (kept == length)
                    Flush(file);
            }
            if (kept != length)
                return false;
            Move(partial, PathOf(jobId));
            return true;
        }
        finally
        {
            if (File.Exists(partial))
                File.Delete(partial);
        }
    }

    private FileStream Create(string path)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            // Without a buffer: closing the file would write the rest of it, and fail once more.
            return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            throw NotKept(failure);
        }
    }

    private static async Task WriteAsync(
        FileStream file, ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var segment in bytes)
                await file.WriteAsync(segment, cancellationToken);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            throw NotKept(failure);
        }
    }

    private static void Flush(FileStream file)
    {
        try
        {
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            throw NotKept(failure);
        }
    }

    private static void Move(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (Exception failure) when (IsOfTheDisk(failure))
        {
            throw NotKept(failure);
        }
    }

    private static bool IsOfTheDisk(Exception failure) => failure is IOException or UnauthorizedAccessException;

    private static StoreUnavailableException NotKept(Exception failure) =>
        new($"An uploaded file cannot be kept: {failure.Message}", failure);

    /// <summary>Removes the file of a job, if it has one.</summary>
    internal void Forget(string jobId)
    {
        if (File.Exists(PathOf(jobId)))
            File.Delete(PathOf(jobId));
    }

    /// <summary>
    /// Removes what was there at the start and no job waits for, such as half a file of an upload that a crash ended.
    /// </summary>
    internal void ForgetLeftBehind(IReadOnlySet<string> waiting)
    {
        foreach (var path in _leftBehind.Where(path => !waiting.Contains(Path.GetFileName(path))))
            File.Delete(path);
    }
}

/// <summary>Takes files by signed URLs.</summary>
internal static class LookupUpload
{
    /// <summary>How long a URL may be used.</summary>
    internal static Duration Lifetime { get; } = Duration.FromMinutes(1);

    /// <summary>Maps the uploads.</summary>
    internal static void Map(WebApplication app) => app.MapPut("/uploads/lookup-data/{orgId}/{jobId}", PutAsync);

    /// <summary>A URL that takes the file of a job without a token, for one minute.</summary>
    internal static string Url(ApiCall call, string jobId)
    {
        var file = File(call.OrganizationId, jobId);
        var until = call.Service<IClock>().GetCurrentInstant() + Lifetime;
        var query = call.Service<DownloadSignatures>().Sign(call.OrganizationId, file, until);
        return $"{PublicAddress.Of(call)}/{file}?{query}";
    }

    private static string File(string organizationId, string jobId) => $"uploads/lookup-data/{organizationId}/{jobId}";

    private static async Task PutAsync(HttpContext context)
    {
        var organizationId = (string)context.Request.RouteValues["orgId"]!;
        var jobId = (string)context.Request.RouteValues["jobId"]!;
        var services = context.RequestServices;
        if (!services.GetRequiredService<DownloadSignatures>().IsGood(
            organizationId, File(organizationId, jobId), QueryText.Single(context.Request, "expires"),
            QueryText.Single(context.Request, "signature")))
            throw new ForbiddenException("The URL is not one that was given within the last minute; ask for it anew");
        var store = services.GetRequiredService<LookupStore>();
        var job = await store.Reader(organizationId, context.RequestAborted).FindAsync<LookupTableDataJob>(jobId)
            ?? throw new NotFoundException("The upload is no longer there");
        RequireWaiting(job);
        var uploads = services.GetRequiredService<LookupUploads>();
        if (!uploads.TryBegin(jobId))
            throw new RefusedException(
                new Issue("received", "", "The file is being uploaded already", IssueKind.Conflict));
        try
        {
            await ReceiveAsync(context, uploads, organizationId, job);
        }
        finally
        {
            uploads.End(jobId);
        }
    }

    private static async Task ReceiveAsync(
        HttpContext context, LookupUploads uploads, string organizationId, LookupTableDataJob job)
    {
        var services = context.RequestServices;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = job.ContentLength + 1;
        using var body = new BodyReader(context, services.GetRequiredService<RequestLimits>().UploadTime);
        if (!await uploads.KeepAsync(job.Id, body, job.ContentLength, context.RequestAborted))
            throw new RefusedException(
                new Issue("length", "", $"The file must have {job.ContentLength} bytes, as was said"));
        await services.GetRequiredService<LookupStore>().ChangeAsync(
            organizationId, job.CreatedBy ?? "", context.RequestAborted, async change =>
            {
                var current = await change.Related.FindAsync<LookupTableDataJob>(job.Id)
                    ?? throw new NotFoundException("The upload is no longer there");
                RequireWaiting(current);
                await JobQueue.PutAsync(change.Made, LookupJobHandler.QueueName, job.Id);
                return await change.UpdateAsync(current, current with { IsReceived = true });
            });
    }

    private static void RequireWaiting(LookupTableDataJob job)
    {
        if (job.IsReceived || job.Status != LookupTableDataJobStatus.Pending)
            throw new RefusedException(
                new Issue("received", "", "The file was uploaded already", IssueKind.Conflict));
    }
}
