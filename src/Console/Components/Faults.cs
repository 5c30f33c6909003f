using System.Net;
using Microsoft.AspNetCore.Http;
using Tallystick.Client;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Components;

/// <summary>Refusals of the API in words.</summary>
internal static class Faults
{
    private const string NotAllowed = "Your permissions do not include this. Ask an administrator.";

    /// <summary>The message with its faults, and the status of the refusal as that of the page.</summary>
    internal static string Answer(HttpContext context, TallystickApiException refused)
    {
        context.Response.StatusCode = refused.Status is HttpStatusCode.Forbidden or HttpStatusCode.Conflict
            ? (int)refused.Status : StatusCodes.Status400BadRequest;
        return Describe(refused);
    }

    /// <summary>The message with its faults, for a page without fields that could show them.</summary>
    internal static string Describe(TallystickApiException refused) =>
        refused.Status == HttpStatusCode.Forbidden ? NotAllowed
        : refused.Issues.Count == 0 ? refused.Message
        : string.Join(" ", refused.Issues.Select(Describe));

    /// <summary>A fault with the name of its member.</summary>
    internal static string Describe(ApiIssue issue) =>
        issue.Code == "stale_version"
            ? "Somebody else has changed this since you opened the page. Reload the page, and change it again."
        : issue.Path.Length == 0 ? $"{issue.Message}." : $"{Words.OfMember(issue.Path)}: {issue.Message}.";

    /// <summary>That a person may not do something.</summary>
    /// <param name="words">What it is: "Create a product". Null if no words are known for it.</param>
    internal static string Denied(string? words) => words is null
        ? NotAllowed : $"You may not {char.ToLowerInvariant(words[0])}{words[1..]}. Ask an administrator.";
}
