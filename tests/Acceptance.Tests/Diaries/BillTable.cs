using System.Globalization;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>
/// The lines of a bill as a diary writes them: type, description, service period, units and amount, with bars between.
/// An amount in another currency than the bill's is followed by the converted one: <c>90 EUR; 97.20</c>.
/// </summary>
internal static class BillTable
{
    private const string Total = "total";

    /// <summary>The bill that a diary expects.</summary>
    public static IReadOnlyList<string> Expected(IReadOnlyList<string> written)
    {
        var rows = written.Select(row => row.Split('|', StringSplitOptions.TrimEntries)).ToList();
        var table = new List<string>();
        var sum = 0m;
        foreach (var row in rows[..^1])
        {
            var amounts = row[^1].Split(';', StringSplitOptions.TrimEntries);
            sum += Arithmetic.Figure(amounts[^1]);
            var shown = amounts.Length == 1 ? Show(Arithmetic.Figure(amounts[0])) : Foreign(amounts[0], amounts[1]);
            table.Add(Row(row[0], row[1], row[2], Show(Arithmetic.Figure(row[3])), shown));
        }
        var total = Arithmetic.Number(rows[^1][0][Total.Length..]);
        total.ShouldBe(sum, "The lines of the diary must add up to its total.");
        return [.. table, $"{Total} {Show(total)}"];
    }

    /// <summary>The bill that the server answered.</summary>
    public static IReadOnlyList<string> Actual(JsonObject bill)
    {
        var zone = DateTimeZoneProviders.Tzdb[(string)bill["timezone"]!];
        var rows = bill["lineItems"]!.AsArray().Select(line =>
        {
            var child = (string?)line!["childAccountCode"];
            var (amount, converted) = (Of(line["subtotal"]), Show(Of(line["convertedSubtotal"])));
            var currency = (string)line["currency"]!;
            return Row(
                (string)line["lineItemType"]!,
                (string)line["description"]! + (child is null ? "" : $" of {child}"),
                $"{Day(line["servicePeriodStartDate"], zone)}..{Day(line["servicePeriodEndDate"], zone)}",
                Show(Of(line["units"])),
                currency == (string)bill["currency"]! ? converted : $"{Show(amount)} {currency}; {converted}");
        });
        return [.. rows, $"{Total} {Show(Of(bill["billTotal"]))}"];
    }

    /// <summary>Both bills, one beside the other.</summary>
    public static string SideBySide(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        var width = expected.Max(row => row.Length);
        var rows = Enumerable.Range(0, Math.Max(expected.Count, actual.Count)).Select(index =>
        {
            var (left, right) = (expected.ElementAtOrDefault(index) ?? "", actual.ElementAtOrDefault(index) ?? "");
            return $"{left.PadRight(width)} {(left == right ? "  " : "<>")} {right}";
        });
        return string.Join('\n', rows.Prepend($"{"the diary".PadRight(width)}    the server"));
    }

    private static string Row(params IEnumerable<string> cells) => string.Join(" | ", cells);

    private static string Foreign(string amount, string converted)
    {
        var currency = amount.Split(' ')[1];
        var figure = Arithmetic.Figure(amount.Replace($" {currency}", "", StringComparison.Ordinal));
        return $"{Show(figure)} {currency}; {Show(Arithmetic.Figure(converted))}";
    }

    private static decimal Of(JsonNode? number) => Arithmetic.Number(number!.ToJsonString());

    private static string Show(decimal number) =>
        number.ToString("0.############################", CultureInfo.InvariantCulture);

    private static string Day(JsonNode? instant, DateTimeZone zone)
    {
        var local = InstantPattern.ExtendedIso.Parse((string)instant!).Value.InZone(zone).LocalDateTime;
        return local.TimeOfDay == LocalTime.Midnight
            ? LocalDatePattern.Iso.Format(local.Date) : LocalDateTimePattern.GeneralIso.Format(local);
    }
}
