namespace Tallystick.Console.Pages.Accounts;

/// <summary>Values of filters that a page fixes.</summary>
internal static class Of
{
    internal static IReadOnlyDictionary<string, string> Account(string id) =>
        new Dictionary<string, string> { ["account"] = id };

    internal static IReadOnlyDictionary<string, string> Contract(string accountId, string id) =>
        new Dictionary<string, string> { ["account"] = accountId, ["contract"] = id };

    internal static IReadOnlyDictionary<string, string> Balance(string id) =>
        new Dictionary<string, string> { ["balance"] = id };
}
