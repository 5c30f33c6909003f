using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Changes each number of a document in turn, to see whether the verifier notices.</summary>
internal static class Mutations
{
    /// <summary>The numbers whose change the verifier does not notice, without those that are free.</summary>
    public static IEnumerable<string> NotNoticedIn(string json)
    {
        var document = JsonNode.Parse(json)!;
        foreach (var number in NumbersIn(document).ToList())
        {
            if (FreeNumbers.Contains(number))
                continue;
            var (path, after) = (number.GetPath(), Changed(number.AsValue()));
            number.ReplaceWith(after);
            var isNoticed = BillVerifier.FaultsOf(document.ToJsonString()).Count > 0;
            after.ReplaceWith(number);
            if (!isNoticed)
                yield return $"{path}: {number.ToJsonString()} -> {after.ToJsonString()}";
        }
    }

    private static IEnumerable<JsonNode> NumbersIn(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => NumbersIn(member.Value)),
        JsonArray items => items.SelectMany(NumbersIn),
        JsonValue value when IsNumber(value) => [value],
        _ => [],
    };

    private static bool IsNumber(JsonValue value) =>
        value.GetValueKind() == JsonValueKind.Number
        || (value.GetValueKind() == JsonValueKind.String && Exact.TryParse(value.GetValue<string>(), out _));

    // Far enough that no rounding hides it.
    private static JsonValue Changed(JsonValue value)
    {
        var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        var changed = ((Exact.Parse(text) * 2) + 10).ToString();
        return value.GetValueKind() == JsonValueKind.String
            ? JsonValue.Create(changed)
            : JsonNode.Parse(changed)!.AsValue();
    }
}
