namespace Tallystick.Console.Api;

/// <summary>A request that a page has sent to the API; pages show it as code.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Body">The JSON of the request; null for none.</param>
public sealed record SentCall(string Method, string Path, string? Body);
