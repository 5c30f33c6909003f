namespace Tallystick.Server.Api.Http;

/// <summary>Writes JSON responses.</summary>
internal static class JsonAnswer
{
    /// <summary>Writes one JSON value.</summary>
    internal static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
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
