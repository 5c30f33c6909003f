namespace Tallystick.Server.Api.Http;

/// <summary>The client closed the connection, so no response is sent.</summary>
internal sealed class ClientDisconnectedException(Exception cause)
    : Exception("The client closed the connection", cause);

/// <summary>The body is too large for the operation.</summary>
/// <param name="status">413, or 403 for measurements, as in the contract.</param>
/// <param name="limit">The smallest size that is refused, in bytes.</param>
internal sealed class BodyTooLargeException(int status, int limit)
    : Exception($"The request body must be smaller than {limit} bytes")
{
    /// <summary>The status of the response.</summary>
    internal int Status { get; } = status;
}

/// <summary>The content encoding of the body is not supported: 415.</summary>
internal sealed class UnsupportedEncodingException() : Exception("The Content-Encoding must be gzip or omitted.");

/// <summary>The media type of the body is not supported: 415.</summary>
internal sealed class UnsupportedContentTypeException(string accepted)
    : Exception($"The Content-Type must be {accepted}.");

/// <summary>The body did not arrive in time: 408.</summary>
internal sealed class BodyTooLateException(TimeSpan time) : Exception(
    FormattableString.Invariant($"The request body must arrive within {time.TotalSeconds} seconds"));
