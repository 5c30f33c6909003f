using Tallystick.Client;

namespace Tallystick.Console.Components;

/// <summary>Refusals of the API in words.</summary>
internal static class Faults
{
    /// <summary>The message with its faults, for a page without fields that could show them.</summary>
    internal static string Describe(TallystickApiException refused) => refused.Issues.Count == 0
        ? refused.Message
        : string.Join(" ", refused.Issues.Select(Describe));

    /// <summary>A fault with the name of its member.</summary>
    internal static string Describe(ApiIssue issue) =>
        issue.Path.Length == 0 ? $"{issue.Message}." : $"{issue.Path}: {issue.Message}.";
}
