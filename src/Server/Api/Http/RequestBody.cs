using System.Buffers;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Api.Http;

/// <summary>Reads request bodies up to a limit.</summary>
internal static class RequestBody
{
    /// <summary>
    /// Reads a JSON body. Ignores the content type, because some clients do not send one.
    /// </summary>
    /// <exception cref="RefusedException">
    /// The body is not valid JSON or has a repeated member. The message contains the position.
    /// </exception>
    /// <param name="context">The request.</param>
    /// <param name="time">Maximum time for the whole body to arrive.</param>
    /// <param name="limit">The smallest size that is refused, in bytes.</param>
    /// <param name="isOptional">Whether an absent body counts as an empty object.</param>
    internal static async Task<JsonDocument> ReadJsonAsync(
        HttpContext context, TimeSpan time, int limit, bool isOptional = false)
    {
        var body = await ReadAsync(context, time, limit);
        if (body.Length == 0 && isOptional)
            return JsonDocument.Parse("{}");
        if (body.Length == 0)
            throw new RefusedException(
                new Issue("json", "", "The request body must be a JSON object, but it is empty"));
        return JsonBody.Parse(body, "The request body");
    }

    /// <summary>Reads the bytes of the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="time">Maximum time for the whole body to arrive.</param>
    /// <param name="limit">The smallest size that is refused, in bytes.</param>
    internal static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context, TimeSpan time, int limit)
    {
        if (context.Request.ContentLength >= limit)
            throw new BodyTooLargeException(StatusCodes.Status413PayloadTooLarge, limit);
        using var reader = new BodyReader(context, time);
        while (true)
        {
            var result = await reader.ReadAsync();
            if (result.Buffer.Length >= limit)
            {
                reader.AdvanceTo(result.Buffer.End);
                throw new BodyTooLargeException(StatusCodes.Status413PayloadTooLarge, limit);
            }
            if (result.IsCompleted)
            {
                var body = result.Buffer.ToArray();
                reader.AdvanceTo(result.Buffer.End);
                return body;
            }
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
