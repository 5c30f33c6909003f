using System.Text.Json;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>Exports the rows of a usage query, with values as the API returns them.</summary>
internal sealed class UsageExport : ITable
{
    /// <summary>The parameter with the query as JSON.</summary>
    internal const string QueryName = "query";

    public string Name => "usage";

    public string Operation => "POST usage/query";

    public async Task ExportAsync(
        OrganizationApi api, IReadOnlyDictionary<string, string> values, Func<IEnumerable<string?>, Task> write)
    {
        if (QueryOf(values.GetValueOrDefault(QueryName)) is not { } query)
            return;
        var rows = (await api.Client.Usage.QueryAsync(query, api.Cancelled)).Data ?? [];
        var members = rows.SelectMany(row => row.Keys).Distinct().ToList();
        await write(members);
        foreach (var row in rows)
            await write(members.Select(member => TextOf(row, member)));
    }

    private static UsageQueryRequest? QueryOf(string? json)
    {
        try
        {
            return json is null ? null : TallystickJson.Deserialize<UsageQueryRequest>(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? TextOf(Dictionary<string, FieldValue> row, string member) =>
        row.TryGetValue(member, out var value) && value.Json.ValueKind != JsonValueKind.Null ? value.ToString() : null;
}
