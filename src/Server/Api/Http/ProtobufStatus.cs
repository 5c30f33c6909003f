using Google.Protobuf;
using Microsoft.Net.Http.Headers;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// Errors of requests in Protocol Buffers: a <c>google.rpc.Status</c> with the message, as OTLP requires. Only its
/// operations accept such requests.
/// </summary>
internal static class ProtobufStatus
{
    /// <summary>The media type of requests and responses.</summary>
    internal const string MediaType = "application/x-protobuf";

    private const int Message = 2;

    /// <summary>Whether the caller sent Protocol Buffers and expects them in return.</summary>
    internal static bool IsExpected(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes an error. The status of the response must be set.</summary>
    internal static Task WriteAsync(HttpContext context, string message)
    {
        using var status = new MemoryStream();
        using (var writer = new CodedOutputStream(status, leaveOpen: true))
        {
            writer.WriteTag(Message, WireFormat.WireType.LengthDelimited);
            writer.WriteString(message);
        }
        return WriteBodyAsync(context, status.ToArray());
    }

    /// <summary>Writes the body of a response.</summary>
    internal static Task WriteBodyAsync(HttpContext context, ReadOnlyMemory<byte> message)
    {
        context.Response.ContentType = MediaType;
        context.Response.ContentLength = message.Length;
        return context.Response.Body.WriteAsync(message, context.RequestAborted).AsTask();
    }
}
