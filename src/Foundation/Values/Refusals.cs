namespace Tallystick.Foundation.Values;

/// <summary>What was asked for does not exist: answered with 404.</summary>
public sealed class NotFoundException(string message) : Exception(message);

/// <summary>The caller did not say who it is: answered with 401.</summary>
public sealed class UnauthorizedException(string message) : Exception(message);

/// <summary>The caller may not do this: answered with 403.</summary>
public sealed class ForbiddenException(string message) : Exception(message);

/// <summary>The caller asks for too much: answered with 429.</summary>
/// <param name="message">What there is too much of.</param>
/// <param name="secondsToRetry">When to try again.</param>
public sealed class TooManyRequestsException(string message, int secondsToRetry = 1) : Exception(message)
{
    /// <summary>Seconds after which to try again.</summary>
    public int SecondsToRetry { get; } = secondsToRetry;
}

/// <summary>There is too much to do for all callers together: answered with 503.</summary>
public sealed class ServerBusyException(string message, Exception? cause = null) : Exception(message, cause);
