namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Optimistic changes were rolled back because a write failed or may have failed. They must run again with every result
/// checked.
/// </summary>
internal sealed class RunAgainException(Exception cause) : Exception(cause.Message, cause);
