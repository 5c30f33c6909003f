namespace Tallystick.Access.Sessions;

/// <summary>
/// Names the browser and the operating system of a <c>User-Agent</c>, so that people recognize their sessions. Anybody
/// can claim to be any browser, so nothing may depend on it.
/// </summary>
internal static class Devices
{
    private const string Unknown = "Unknown browser";

    // In this order, because most browsers also claim to be those below.
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];

    /// <summary>Such as "Firefox on Linux".</summary>
    internal static string NameOf(string userAgent)
    {
        var browser = Find(Browsers, userAgent) ?? Unknown;
        return Find(Systems, userAgent) is { } system ? $"{browser} on {system}" : browser;
    }

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        known.FirstOrDefault(one => userAgent.Contains(one.Mark, StringComparison.Ordinal)).Name;
}
