using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>How the verifier reads an explanation.</summary>
internal static class Explained
{
    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static bool Is(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.GetBoolean();

    /// <summary>A number, or the text of one.</summary>
    public static Exact Number(this JsonElement element, string name) => element.NumberOrNull(name)
        ?? throw new FormatException($"'{name}' is missing in {element.GetRawText()}.");

    public static Exact? NumberOrNull(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? NumberOf(value) : null;

    public static Exact NumberOf(JsonElement value) =>
        Exact.Parse(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());

    public static IReadOnlyList<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? [.. value.EnumerateArray()] : [];

    /// <summary>The derivation that another one is based on; null if there is none.</summary>
    public static JsonElement? Inner(JsonElement derivation)
    {
        foreach (var name in new[] { "whole", "rated", "usage" })
        {
            if (derivation.TryGetProperty(name, out var inner))
                return inner;
        }
        return null;
    }

    public static Exact Sum(this IEnumerable<Exact> numbers) =>
        numbers.Aggregate(Exact.Zero, (sum, number) => sum + number);
}

/// <summary>How amounts of a currency are rounded.</summary>
internal sealed record CurrencyRule(int Places, string Mode)
{
    public Exact Unit => Exact.Power10(-Places);

    public Exact Round(Exact amount) => amount.Round(Places, Mode);

    /// <summary>A part of an amount is rounded even if amounts must not be.</summary>
    public Exact RoundPart(Exact part) => part.Round(Places, Mode == "UNNECESSARY" ? "HALF_UP" : Mode);
}

/// <summary>A band with the units that it prices.</summary>
internal sealed record Band(Exact LowerLimit, Exact FixedPrice, Exact UnitPrice, Exact Units)
{
    public Exact Amount => FixedPrice + UnitAmount;

    public Exact UnitAmount => Units * UnitPrice;

    public static Band Of(JsonElement band) => new(
        band.Number("lowerLimit"), band.Number("fixedPrice"), band.Number("unitPrice"), band.Number("bandUnits"));
}

/// <summary>A line of the document.</summary>
internal sealed class ExplainedLine
{
    public ExplainedLine(JsonElement explained)
    {
        Item = explained.GetProperty("line");
        Amount = explained.NumberOrNull("amount");
        Derivation = explained.TryGetProperty("derivation", out var derivation) ? derivation : null;
        Measured = explained.Items("measured");
        Bands = [.. Item.Items("usagePerPricingBand").Select(Band.Of)];
    }

    public JsonElement Item { get; }

    public Exact? Amount { get; }

    public JsonElement? Derivation { get; }

    public IReadOnlyList<JsonElement> Measured { get; }

    public IReadOnlyList<Band> Bands { get; }

    public string Id => Item.Text("id")!;

    public string Type => Item.Text("lineItemType")!;

    public string Kind => Derivation?.Text("kind") ?? "";

    public string Currency => Item.Text("currency")!;

    public Exact Subtotal => Item.Number("subtotal");

    public Exact Rate => Item.Number("conversionRate");

    public Exact Converted => Item.Number("convertedSubtotal");

    public bool IsCompound => Item.Has("compoundAggregationId");
}
