using Microsoft.AspNetCore.Http;
using Tallystick.Console.SignIn;

namespace Tallystick.Console;

/// <summary>What the server tells the console.</summary>
/// <param name="SourceOf">The source of a request, by which failed sign-in attempts are counted.</param>
/// <param name="PublicUrl">The address by which others reach the server; null for the one they ask for.</param>
/// <param name="Provider">The provider that people may sign in with; null for none.</param>
public sealed record ConsoleSettings(
    Func<HttpContext, string> SourceOf, string? PublicUrl, ProviderSettings? Provider)
{
    /// <summary>
    /// True if browsers reach the server by https although requests arrive by http, through a proxy.
    /// </summary>
    public bool IsBehindHttps { get; } =
        PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true;
}
