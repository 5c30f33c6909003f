using Microsoft.AspNetCore.Http;

namespace Tallystick.Console;

/// <summary>What the server tells the console.</summary>
/// <param name="SourceOf">The source of a request, by which failed sign-in attempts are counted.</param>
/// <param name="IsBehindHttps">
/// True if browsers reach the server by https although requests arrive by http, through a proxy.
/// </param>
public sealed record ConsoleSettings(Func<HttpContext, string> SourceOf, bool IsBehindHttps);
