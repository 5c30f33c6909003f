using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Explanations;

/// <summary>Writes an explanation as text for people.</summary>
public static partial class ExplanationText
{
    /// <summary>The text: one paragraph per line of the bill, then the total.</summary>
    /// <param name="bill">The explanation.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public static string Of(BillExplanation bill, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        Say(text, 0, $"Bill {bill.BillId} of account {bill.AccountCode}, dated {InstantText.Write(bill.BillDate)}");
        Say(text, 0, $"Period {InstantText.Write(bill.StartDate)} to {InstantText.Write(bill.EndDate)} (exclusive), "
            + $"days of time zone {bill.Timezone}");
        var names = NamesIn(bill);
        foreach (var line in bill.Lines)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Explain(text, bill, line, names);
        }
        Say(text, 0, "");
        Say(text, 0, $"Total {Number(bill.BillTotal)} {bill.Currency}: the sum of {bill.Lines.Count} amounts");
        return text.ToString();
    }

    // Other lines and what they draw on are named, not identified.
    private static Dictionary<string, string> NamesIn(BillExplanation bill)
    {
        var names = new Dictionary<string, string>(bill.Names, StringComparer.Ordinal);
        foreach (var explained in bill.Lines)
        {
            var line = explained.Line;
            var name = string.Create(CultureInfo.InvariantCulture, $"{line.SequenceNumber} ({line.Description})");
            foreach (var id in ReplacedBy(explained.Derivation).Append(line.Id).OfType<string>())
                names.TryAdd(id, name);
            if (line.PricingId is { } pricing)
                names.TryAdd(pricing, line.Description);
        }
        return names;
    }

    /// <summary>UUIDs of the lines, not on the bill, that a line adds up or was part of.</summary>
    private static IEnumerable<string?> ReplacedBy(Derivation? derivation) => derivation switch
    {
        SummedLines sum => sum.Parts.Select(part => (string?)part.Id),
        PartOfUsage part => [part.Line?.LineId],
        GrantedUnits granted => [granted.Line?.LineId],
        _ => [],
    };

    private static string InWords(string step, Dictionary<string, string> names) =>
        Uuid().Replace(step, found => names.GetValueOrDefault(found.Value, found.Value));

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture)]
    private static partial Regex Uuid();

    private static void Explain(
        StringBuilder text, BillExplanation bill, LineExplanation explained, Dictionary<string, string> names)
    {
        var line = explained.Line;
        Say(text, 0, "");
        Say(text, 0, $"{line.SequenceNumber}. {line.Description}: {Number(line.ConvertedSubtotal)} {bill.Currency}");
        Say(text, 1, $"{JsonFormat.Name(line.LineItemType)}{PeriodOf(line)}");
        foreach (var value in explained.Measured ?? [])
            Say(text, 1, Describe(value));
        foreach (var step in explained.Derivation?.Steps() ?? [])
            Say(text, 1, InWords(step, names));
        foreach (var band in line.UsagePerPricingBand ?? [])
            Say(text, 1, $"band from {Number(band.LowerLimit)}: {Number(band.BandUnits)} units x "
                + $"{Number(band.UnitPrice)} + {Number(band.FixedPrice)} fixed");
        if (explained.Amount is not { } amount)
        {
            Say(text, 1, "added by a person");
            return;
        }
        var rounding = bill.Currencies[line.Currency];
        var rounded = explained.Derivation?.RoundingNote
            ?? $"rounded {JsonFormat.Name(rounding.Mode)} to {rounding.DecimalPlaces} places";
        Say(text, 1, $"{amount.ToText()} {line.Currency}, {rounded}: {Number(line.Subtotal)} {line.Currency}");
        if (line.Currency != bill.Currency)
            Say(text, 1, $"x {Number(line.ConversionRate)} = {Number(line.ConvertedSubtotal)} {bill.Currency}");
    }

    private static string PeriodOf(BillLineItem line) => line.ServicePeriodStartDate is { } start
        ? $", {InstantText.Write(start)} to {InstantText.Write(line.ServicePeriodEndDate ?? start)}" : "";

    private static string Describe(ValueExplanation value)
    {
        var segment = value.Segment is null
            ? "" : $" where {string.Join(", ", value.Segment.Select(field => $"{field.Key} = {field.Value}"))}";
        var measured = $"{value.Method} of {value.MeterCode}.{value.Field}{segment} ({value.AggregationName}), "
            + $"{InstantText.Write(value.Start)} to {InstantText.Write(value.End)}"
            + (value.Further is { Count: var more } ? $" and {more} more periods of accounts of the hierarchy" : "")
            + (value.Filters is null ? "" : ", filtered by the contract") + ": "
            + (value.Value is { } found ? Number(found) : "nothing to aggregate");
        var count = value.Measurements is { } counted ? $", {counted} measurements" : "";
        var now = value.Measurements is not null && value.ValueNow != value.Value
            ? $"; now {(value.ValueNow is { } current ? Number(current) : "nothing to aggregate")}" : "";
        return measured + count + now;
    }

    private static string Number(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Say(StringBuilder text, int indent, string sentence) =>
        text.Append(' ', indent * 3).Append(sentence).Append('\n');
}
