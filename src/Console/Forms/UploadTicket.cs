namespace Tallystick.Console.Forms;

/// <summary>A file that somebody chose.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its size in bytes.</param>
public sealed record FileToSend(string Name, long Length);

/// <summary>Where the browser sends a file.</summary>
/// <param name="Url">The URL that the API gave for it.</param>
/// <param name="Headers">Headers to send with it.</param>
/// <param name="Next">The page to show when it has arrived.</param>
public sealed record UploadTicket(string Url, IReadOnlyDictionary<string, string> Headers, string Next);
