namespace Tallystick.Server.Api.Http;

/// <summary>The client closed the connection: nobody is answered.</summary>
internal sealed class CallerGoneException(Exception cause) : Exception("The client closed the connection", cause);

/// <summary>The body is larger than the operation takes.</summary>
/// <param name="status">413, or 403 for measurements as the contract's error codes have it.</param>
/// <param name="limit">The first size that is refused, in bytes.</param>
internal sealed class BodyTooLargeException(int status, int limit)
    : Exception($"The request body must be smaller than {limit} bytes")
{
    /// <summary>The status to answer with.</summary>
    internal int Status { get; } = status;
}

/// <summary>The body is encoded in a way that is not taken: 415.</summary>
internal sealed class UnsupportedEncodingException() : Exception("The Content-Encoding must be gzip or omitted.");

/// <summary>The body is of a media type that is not taken: 415.</summary>
internal sealed class UnsupportedContentTypeException(string accepted)
    : Exception($"The Content-Type must be {accepted}.");

/// <summary>The body did not arrive in time: 408.</summary>
internal sealed class BodyTooLateException(TimeSpan time) : Exception(
    FormattableString.Invariant($"The request body must arrive within {time.TotalSeconds} seconds"));
