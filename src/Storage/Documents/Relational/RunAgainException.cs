namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Changes whose writes were taken to succeed are undone, since one did not or may not have. Each may succeed when it
/// is run again with a look at every answer.
/// </summary>
internal sealed class RunAgainException(Exception cause) : Exception(cause.Message, cause);
