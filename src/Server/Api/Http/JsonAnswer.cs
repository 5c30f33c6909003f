using System.Text.Json;
using Tallystick.Foundation.Json;

namespace Tallystick.Server.Api.Http;

/// <summary>Writes JSON responses.</summary>
internal static class JsonAnswer
{
    private const int StreamedBytes = 64 * 1024;

    /// <summary>Writes one JSON value.</summary>
    internal static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>
    /// Writes a large JSON value while it is being produced, so that it is never in memory as a whole. Whatever can
    /// fail must have been done before, because the response has begun. A client that does not read the response in
    /// time is disconnected.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="longest">The time to send the response.</param>
    /// <param name="write">Writes the value; awaits the second argument between its parts.</param>
    internal static async Task StreamAsync(
        HttpContext context, TimeSpan longest, Func<Utf8JsonWriter, Func<Task>, Task> write)
    {
        context.Response.ContentType = "application/json";
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        sending.CancelAfter(longest);
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonFormat.WriterOptions);
        long sent = 0;
        try
        {
            await write(json, () => json.BytesCommitted + json.BytesPending - sent < StreamedBytes
                ? Task.CompletedTask : SendAsync());
            await SendAsync();
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }

        async Task SendAsync()
        {
            await json.FlushAsync(sending.Token);
            await context.Response.BodyWriter.FlushAsync(sending.Token);
            sent = json.BytesCommitted;
        }
    }

    /// <summary>
    /// Writes a page: <c>{"data": [...], "nextToken": "..."}</c>. The last page has no <c>nextToken</c>.
    /// </summary>
    internal static async Task WritePageAsync(
        HttpContext context, IReadOnlyList<ReadOnlyMemory<byte>> items, string? nextToken)
    {
        context.Response.ContentType = "application/json";
        using var stream = new MemoryStream(64 + items.Sum(item => item.Length + 1));
        stream.Write("{\"data\":["u8);
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
                stream.WriteByte((byte)',');
            stream.Write(items[index].Span);
        }
        stream.WriteByte((byte)']');
        if (nextToken is not null)
            stream.Write(System.Text.Encoding.UTF8.GetBytes($",\"nextToken\":\"{nextToken}\""));
        stream.WriteByte((byte)'}');
        context.Response.ContentLength = stream.Length;
        await context.Response.Body.WriteAsync(
            stream.GetBuffer().AsMemory(0, (int)stream.Length), context.RequestAborted);
    }
}
