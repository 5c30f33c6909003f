using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tallystick.Testing;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>The request that a step is.</summary>
/// <param name="Name">What names that which it creates; empty if nothing does.</param>
/// <param name="Method">GET, POST, PUT, DELETE, CHANGE or JOB.</param>
/// <param name="Path">The path below the organization.</param>
/// <param name="Body">The body; null without one.</param>
internal sealed partial record StepRequest(string Name, string Method, string Path, string? Body)
{
    private static readonly IReadOnlyList<(Regex Sentence, string[] Words, StepRequest Request)> Sentences =
        [.. ReadSentences(System.IO.Path.Combine(
            Repository.Root, "tests", "Acceptance.Tests", "Diaries", "Steps.txt"))];

    /// <summary>The request of a step: one of the sentences, or a request as it is.</summary>
    public static StepRequest Of(string text)
    {
        foreach (var (sentence, words, request) in Sentences)
        {
            var match = sentence.Match(text);
            if (match.Success)
                return request.With(words.ToDictionary(word => word, word => ValueOf(word, match.Groups[word].Value)));
        }
        return Request().IsMatch(text)
            ? Parse(text) : throw new FormatException($"No sentence of Steps.txt reads as: {text}");
    }

    private StepRequest With(Dictionary<string, string> words)
    {
        string Fill(string template) => words.Aggregate(
            template, (filled, word) => filled.Replace($"{{{word.Key}}}", word.Value, StringComparison.Ordinal));
        return new StepRequest(Fill(Name), Method, Fill(Path), Body is null ? null : Fill(Body));
    }

    private static IEnumerable<(Regex Sentence, string[] Words, StepRequest Request)> ReadSentences(string file)
    {
        var lines = File.ReadAllLines(file).Where(line => line.Length > 0 && line[0] != '#');
        // An indented line goes on with the one before.
        foreach (var rule in Continuation().Replace(string.Join('\n', lines), " ").Split('\n'))
        {
            var parts = rule.Split(" -> ", 2);
            var words = Word().Matches(parts[0]).Select(word => word.Groups[1].Value).ToArray();
            var pattern = Word().Replace(parts[0], word => word.Groups[1].Value is "bands"
                ? "(?<bands>.+)" : $"(?<{word.Groups[1].Value}>\\S+)");
            yield return (new Regex($"^{pattern}$"), words, Parse(parts[1]));
        }
    }

    private static StepRequest Parse(string text)
    {
        var match = Request().Match(text);
        return new StepRequest(
            match.Groups["name"].Value, match.Groups["method"].Value, match.Groups["path"].Value,
            match.Groups["body"].Success ? match.Groups["body"].Value : null);
    }

    // Bands are written as 0: 0.10, 1000: 5 + 0.08: from 1000 units on, a fixed price of 5 and 0.08 each.
    private static string ValueOf(string word, string text)
    {
        if (word != "bands")
            return text;
        var bands = text.Split(',').Select(band => band.Split(':', '+')).Select(parts => (JsonNode)new JsonObject
        {
            ["lowerLimit"] = JsonNode.Parse(parts[0]),
            ["fixedPrice"] = JsonNode.Parse(parts.Length == 3 ? parts[1] : "0"),
            ["unitPrice"] = JsonNode.Parse(parts[^1]),
        });
        return new JsonArray([.. bands]).ToJsonString();
    }

    [GeneratedRegex(@"^((?<name>\S+) = )?(?<method>GET|POST|PUT|DELETE|CHANGE|JOB) (?<path>\S+)( (?<body>\{.*))?$")]
    private static partial Regex Request();

    [GeneratedRegex(@"\n\s+")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Word();
}
