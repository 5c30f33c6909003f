namespace Tallystick.Foundation.Values;

/// <summary>The requested entity does not exist; returns 404.</summary>
public sealed class NotFoundException(string message) : Exception(message);

/// <summary>The caller is not authenticated; returns 401.</summary>
public sealed class UnauthorizedException(string message) : Exception(message);

/// <summary>The caller does not have permission; returns 403.</summary>
public sealed class ForbiddenException(string message) : Exception(message);

/// <summary>The caller exceeds a limit; returns 429.</summary>
/// <param name="message">The limit that was exceeded.</param>
/// <param name="secondsToRetry">When to retry.</param>
public sealed class TooManyRequestsException(string message, int secondsToRetry = 1) : Exception(message)
{
    /// <summary>Number of seconds after which to retry.</summary>
    public int SecondsToRetry { get; } = secondsToRetry;
}

/// <summary>The server is overloaded by all callers together; returns 503.</summary>
public sealed class ServerBusyException(string message, Exception? cause = null) : Exception(message, cause);
