namespace Tallystick.Metering.Measurements;

/// <summary>A usage query needs more memory than is currently available.</summary>
public sealed class UsageMemoryException(Exception cause) : Exception(
    "The usage query needs more memory than is available at the moment. Query a shorter period or fewer groups, or try "
        + "again later.",
    cause);
