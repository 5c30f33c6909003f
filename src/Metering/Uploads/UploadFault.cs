namespace Tallystick.Metering.Uploads;

/// <summary>A fault of a whole file, for the user who uploaded it.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class UploadFault(string message) : Exception(message);
