using System.Text.Json.Nodes;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>
/// The numbers of an explanation on which none of its amounts depends, or which only other documents can prove.
/// </summary>
internal static class FreeNumbers
{
    public static bool Contains(JsonNode number)
    {
        var owner = number.Parent!;
        return number.GetPropertyName() switch
        {
            "version" or "segmentIndex" => true,
            // There was a value, so the default is not used.
            "defaultValue" => owner["value"] is not null,
            // Nothing is priced or divided.
            "unitPrice" => owner["bandUnits"] is { } units && IsZero(units),
            "quantityPerUnit" => IsZero(owner["quantity"]) && owner["before"] is null,
            // The price list is not in the document: any limit will do below all units that the band prices.
            "lowerLimit" => IsEntered(owner),
            // The ledger states what was left at first.
            "left" => IsMostLeft(owner),
            // A draw of all that is left covers what that is worth, at the rate of its own line.
            "rate" => owner["left"]?.ToJsonString() == owner["amount"]?.ToJsonString() && owner["draws"] is null,
            _ => false,
        };
    }

    private static bool IsZero(JsonNode? number) => Of(number).Sign == 0;

    private static Exact Of(JsonNode? number) => Exact.Parse(number!.ToString());

    /// <summary>Whether a band is the highest, which prices all units, or units before are in it.</summary>
    private static bool IsEntered(JsonNode band)
    {
        for (var owner = band.Parent; owner is not null; owner = owner.Parent)
        {
            if (owner is JsonObject && (owner["derivation"] ?? owner["usage"] ?? owner["whole"]) is { } derivation)
                return IsEntered(derivation, band.GetElementIndex());
        }
        return false;
    }

    private static bool IsEntered(JsonNode derivation, int index) => derivation["kind"]!.GetValue<string>() switch
    {
        "rated" => !derivation["cumulative"]!.GetValue<bool>() || (index == 0 && derivation["before"] is not null),
        "changed" => index == 0,
        "partOfUsage" when index == 0 && derivation["isAtOverageBands"]!.GetValue<bool>() =>
            !IsZero(derivation["from"]),
        "counted" => !derivation["cumulative"]!.GetValue<bool>(),
        _ => (derivation["whole"] ?? derivation["rated"] ?? derivation["usage"]) is { } inner
            && IsEntered(inner, index),
    };

    private static bool IsMostLeft(JsonNode draw)
    {
        var creditId = CreditOf(draw);
        return draw.Root["lines"]!.AsArray()
            .SelectMany(line => DrawsOf(line!["derivation"]))
            .Where(other => CreditOf(other) == creditId && IsRollover(other) == IsRollover(draw))
            .All(other => Of(other["left"]) <= Of(draw["left"]));
    }

    private static IEnumerable<JsonNode> DrawsOf(JsonNode? derivation) =>
        derivation?["draw"] is { } draw ? [draw] : derivation?["draws"]?.AsArray().OfType<JsonNode>() ?? [];

    private static bool IsRollover(JsonNode draw) => draw["isRollover"]!.GetValue<bool>();

    private static string? CreditOf(JsonNode draw) =>
        (draw.Parent is JsonArray draws ? draws.Parent : draw.Parent)?["creditId"]?.GetValue<string>();
}
