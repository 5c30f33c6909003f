using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>The kind of document that the suite stores: accounts with a unique code and a name.</summary>
internal static class Accounts
{
    internal static readonly DocumentKind Kind = KindOf(new DocumentColumn("code", IsUnique: true), new("name"));

    /// <summary>Accounts with other columns, as another version of the program might declare them.</summary>
    internal static DocumentKind KindOf(params IReadOnlyList<DocumentColumn> columns) =>
        new("account", columns, json => Read(json, columns));

    internal static DocumentWrite Write(string id, string? code = null, string? name = null, long version = 1) =>
        WriteFor(Kind, id, code, name, version);

    internal static DocumentWrite WriteFor(
        DocumentKind kind, string id, string? code = null, string? name = null, long version = 1)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["code"] = code, ["name"] = name });
        return new DocumentWrite(id, version, json, kind.ReadColumns(json));
    }

    internal static string? NameOf(Document? document) =>
        document is null ? null : JsonNode.Parse(document.Json.Span)!["name"]?.GetValue<string>();

    private static List<string?> Read(ReadOnlyMemory<byte> json, IReadOnlyList<DocumentColumn> columns)
    {
        var document = JsonNode.Parse(json.Span)!;
        return [.. columns.Select(column => document[column.Name]?.GetValue<string>())];
    }
}
