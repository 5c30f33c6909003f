using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tallystick.Console.Api;

/// <summary>A request to the API as code that does the same.</summary>
internal static class CodeSamples
{
    /// <summary>The language that is shown first.</summary>
    internal const string First = "curl";

    private const string PythonType = "\n        \"Content-Type\": \"application/json\",";
    private const string JavaScriptType = "\n    'Content-Type': 'application/json',";
    private const string Token = "$TALLYSTICK_API_TOKEN";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The code, by language.</summary>
    internal static IEnumerable<(string Language, string Code)> Of(SentCall call, string host)
    {
        var (url, body) = (host + call.Path, Indented(call.Body));
        yield return (First, Curl(call.Method, url, body));
        yield return ("C#", CSharp(call.Method, url, body));
        yield return ("Python", Python(call.Method, url, body));
        yield return ("JavaScript", JavaScript(call.Method, url, body));
    }

    private static string Curl(string method, string url, string? body) => body is null
        ? $"curl -X {method} '{url}' \\\n  -H \"Authorization: Bearer {Token}\""
        : $"curl -X {method} '{url}' \\\n  -H \"Authorization: Bearer {Token}\" \\\n"
            + "  -H 'Content-Type: application/json' \\\n"
            + $"  -d '{body.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string CSharp(string method, string url, string? body) =>
        $$"""
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod({{Text(method)}}), {{Text(url)}});
        request.Headers.Authorization = new("Bearer", Environment.GetEnvironmentVariable("TALLYSTICK_API_TOKEN"));

        """
        + (body is null ? "" : $"request.Content = new StringContent({Text(body)}, null, \"application/json\");\n")
        + """
        using var response = await http.SendAsync(request);
        Console.WriteLine(await response.Content.ReadAsStringAsync());
        """;

    private static string Python(string method, string url, string? body) =>
        $$"""
        import os, requests

        response = requests.request(
            {{Text(method)}}, {{Text(url)}},
            headers={
                "Authorization": "Bearer " + os.environ["TALLYSTICK_API_TOKEN"],{{(body is null ? "" : PythonType)}}
            }
        """
        + (body is null ? "" : $",\n    data={Text(body)}.encode()")
        + ")\nprint(response.json())";

    private static string JavaScript(string method, string url, string? body) =>
        $$"""
        const response = await fetch({{Text(url)}}, {
          method: {{Text(method)}},
          headers: {
            Authorization: `Bearer ${process.env.TALLYSTICK_API_TOKEN}`,{{(body is null ? "" : JavaScriptType)}}
          },

        """
        + (body is null ? "" : $"  body: JSON.stringify({body}),\n")
        + "});\nconsole.log(await response.json());";

    // A string of JSON is one of C#, Python and JavaScript, too.
    private static string Text(string text) => JsonSerializer.Serialize(text, Readable);

    private static string? Indented(string? json) =>
        string.IsNullOrEmpty(json) ? null : JsonNode.Parse(json)!.ToJsonString(Readable);
}
