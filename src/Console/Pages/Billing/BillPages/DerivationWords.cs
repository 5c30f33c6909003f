using System.Globalization;
using System.Text.Json;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Billing.BillPages;

/// <summary>Says in words how the amount of a line was calculated, from what the API tells.</summary>
/// <param name="nameOf">The name of what an id stands for: another line, a prepayment, an account.</param>
internal sealed class DerivationWords(Func<string, string> nameOf)
{
    /// <summary>The steps, one per text.</summary>
    internal IEnumerable<string> Of(JsonElement derivation) => Text(derivation, "kind") switch
    {
        "prorated" => Prorated(derivation),
        "rated" => Rated(derivation),
        "capped" => Capped(derivation),
        "counted" => Counted(derivation),
        "changed" => Changed(derivation),
        "minimum" => Minimum(derivation),
        "feeInstalment" => Instalment(derivation),
        "datedFee" => [$"A fee of {Number(derivation, "amount")} with a date of its own."],
        "feeDifference" => FeeDifference(derivation),
        "lateUsage" => LateUsage(derivation),
        "creditDraw" => List(derivation, "draws").Select(Draw),
        "surcharge" => Surcharge(derivation),
        "partOfUsage" => PartOfUsage(derivation),
        "grantedUnits" => Granted(derivation),
        "usageBeyondGrants" => BeyondGrants(derivation),
        "charge" => [Charge(derivation)],
        "share" => Share(derivation),
        "sum" => List(derivation, "parts").SelectMany(SumPart),
        var other => [$"Calculated as \"{other}\", which this version of the console cannot put into words."],
    };

    /// <summary>An exact number, or a fraction such as <c>40/3</c>, as the API writes it.</summary>
    internal static string Exact(string? text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? Figure.Quantity(number) : text ?? "";

    private static IEnumerable<string> Prorated(JsonElement amount) =>
        List(amount, "parts")
            .Select(part => Has(amount, "isProrated") && !amount.GetProperty("isProrated").GetBoolean()
                ? $"Not prorated: {Number(part, "daysActive")} whole periods."
                : $"Prorated: active for {Number(part, "daysActive")} of {Number(part, "daysInPeriod")} days.")
            .Prepend($"{Number(amount, "amount")} for a whole period.");

    private static IEnumerable<string> Rated(JsonElement rated)
    {
        foreach (var earlier in List(rated, "before"))
            yield return $"{Number(earlier, "units")} units of earlier periods count toward the bands.";
        var rounding = Text(rated, "rounding");
        yield return $"Quantity {Number(rated, "quantity")}, {Number(rated, "quantityPerUnit")} per unit; "
            + (rounding == "NONE" ? "units are not rounded." : $"units are rounded {Lower(rounding)}.");
        yield return Bands(rated);
    }

    private IEnumerable<string> Capped(JsonElement capped) =>
        Of(capped.GetProperty("rated")).Append(
            $"A credit of {Number(capped, "converted")} in the billing currency, limited to "
            + $"the {Number(capped, "limit")} that is left of "
            + $"{Figure.Count(List(capped, "lineIds").Count(), "line", "lines")}.");

    private static IEnumerable<string> Counted(JsonElement counted) =>
    [
        $"The counter has been at {CounterValue(counted.GetProperty("value"))}.",
        Bands(counted),
        .. Prorated(counted.GetProperty("share")),
    ];

    private static IEnumerable<string> Changed(JsonElement changed) =>
    [
        $"The counter went from {Number(changed, "from")} to {CounterValue(changed.GetProperty("to"))}.",
        $"{Bands(changed)} The amount is the price of the new value minus that of the old one.",
        .. Prorated(changed.GetProperty("share")),
    ];

    private static string CounterValue(JsonElement value) =>
        $"{Number(value, "value")} since {Text(value, "date")}"
        + (Text(value, "purchaseOrderNumber") is { Length: > 0 } order ? $", purchase order {order}" : "");

    private IEnumerable<string> Minimum(JsonElement minimum)
    {
        foreach (var step in List(minimum, "minimum").SelectMany(Prorated))
            yield return step;
        yield return $"The minimum is {Number(minimum, "due")}.";
        if (!Has(minimum, "spent"))
            yield break;
        var spent = minimum.GetProperty("spent");
        foreach (var part in List(spent, "parts"))
        {
            var of = Text(part, "lineId") is { Length: > 0 } line
                ? nameOf(line) : "a minimum that was charged in advance";
            yield return $"{Number(part, "amount")} of {of} counts toward it.";
        }
        yield return $"{Number(spent, "total")} counts in total.";
    }

    private static IEnumerable<string> Instalment(JsonElement fee) =>
    [
        $"{Number(fee, "amount")} committed, {Number(fee, "prePaid")} paid before the start"
            + (Has(fee, "firstBill") ? $", {Number(fee, "firstBill")} set for the first bill." : "."),
        $"Instalment {Number(fee, "number")} of {Number(fee, "count")}, with weight {Number(fee, "weight")} of "
            + $"{Number(fee, "weights")}.",
    ];

    private static IEnumerable<string> FeeDifference(JsonElement fees)
    {
        yield return $"{Number(fees, "due")} is due on the dates of locked bills; {Number(fees, "billed")} is on them.";
        if (Has(fees, "limit"))
            yield return $"Fees on earlier bills are reduced by {Number(fees, "earlier")}, those of this bill by at "
                + $"most {Number(fees, "limit")}.";
    }

    private IEnumerable<string> LateUsage(JsonElement late)
    {
        var now = Has(late, "now") ? late.GetProperty("now") : (JsonElement?)null;
        foreach (var step in now is { } usage ? Of(usage.GetProperty("usage")) : [])
            yield return step;
        yield return $"The usage of the locked bill of {Text(late, "billDate")} is now "
            + (now is { } known ? $"{Number(known, "quantity")}, which costs {Number(known, "subtotal")}" : "0")
            + " at the prices of that bill.";
        yield return $"Billed of it: {Number(late, "billedQuantity")} for {Number(late, "billedSubtotal")}; former "
            + $"differences: {Number(late, "adjustedQuantity")} for {Number(late, "adjustedSubtotal")}.";
        if (Has(late, "limit"))
            yield return $"The charges of this bill leave {Number(late, "limit")} of the credit; the rest is left for "
                + "the next bill.";
    }

    private string Draw(JsonElement draw) =>
        $"{Capital(nameOf(Text(draw, "lineId")))} draws {Number(draw, "amount")}, which covers "
        + $"{Number(draw, "converted")} in the billing currency; "
        + (Has(draw, "left") ? $"{Number(draw, "left")} was left before." : "there is no limit.")
        + (Number(draw, "share") is not "1" and var share ? $" It is active for {share} of the charge." : "");

    private IEnumerable<string> Surcharge(JsonElement surcharge) =>
        List(surcharge, "overages")
            .Select(one => $"{Number(one, "uncovered")} of {nameOf(Text(one, "lineId"))} is not covered, "
                + $"{Number(one, "amount")} in the pricing currency.")
            .Append($"{Number(surcharge, "percent")} percent of the sum, as set for "
                + $"{nameOf(Text(surcharge, "creditId"))}.");

    private IEnumerable<string> PartOfUsage(JsonElement part) =>
        Of(part.GetProperty("whole")).Append(
            $"Units {Number(part, "from")} to {Number(part, "to")}, divided where {nameOf(Text(part, "creditId"))} ends"
            + (part.GetProperty("isAtOverageBands").GetBoolean() ? ", priced with the overage bands." : "."));

    private IEnumerable<string> Granted(JsonElement granted)
    {
        var draw = granted.GetProperty("draw");
        return Of(granted.GetProperty("usage")).Append(
            $"{Number(draw, "amount")} units of {nameOf(Text(granted, "creditId"))} are free.");
    }

    private IEnumerable<string> BeyondGrants(JsonElement beyond) =>
        Of(beyond.GetProperty("whole")).Append(
            $"{Number(beyond, "granted")} units are free, {Number(beyond, "units")} are priced.");

    private static string Charge(JsonElement charge) => Has(charge, "amount")
        ? $"A charge of {Number(charge, "amount")}."
        : $"A charge of {Number(charge, "units")} units at {Number(charge, "unitPrice")}.";

    private IEnumerable<string> Share(JsonElement share) =>
        (Has(share, "block") ? Rated(share.GetProperty("block")) : []).Append(
            $"{Number(share, "blockAmount")} for all accounts of the hierarchy, of which {Number(share, "factor")} is "
            + $"for {nameOf(Text(share, "accountId"))}. The rounded amount is split by largest remainder.");

    private IEnumerable<string> SumPart(JsonElement part) =>
        Of(part.GetProperty("derivation"))
            .Prepend($"{Number(part, "subtotal")} for {nameOf(Text(part, "accountId"))}:");

    private static string Bands(JsonElement priced) => priced.GetProperty("cumulative").GetBoolean()
        ? "Each band prices its own units." : "The highest band reached prices all units.";

    private static bool Has(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind != JsonValueKind.Null;

    private static IEnumerable<JsonElement> List(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray() : [];

    private static string Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    // Exact numbers are texts, because some are fractions.
    private static string Number(JsonElement element, string member) =>
        !element.TryGetProperty(member, out var value) ? "0"
        : value.ValueKind == JsonValueKind.String ? Exact(value.GetString())
        : Exact(value.GetRawText());

    private static string Lower(string value) => Words.Of(value).ToLowerInvariant();

    private static string Capital(string text) =>
        text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
