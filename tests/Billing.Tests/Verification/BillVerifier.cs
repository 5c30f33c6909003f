using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>
/// Recomputes an explained bill from the JSON document alone and reports in words what does not hold. It uses nothing
/// of the product: what it proves is that the document contains everything from which its amounts follow.
/// </summary>
internal sealed class BillVerifier
{
    private readonly JsonElement _document;
    private readonly Faults _faults = new();

    private BillVerifier(JsonElement document) => _document = document;

    /// <summary>What does not hold; empty if the bill is right.</summary>
    public static IReadOnlyList<string> FaultsOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        var verifier = new BillVerifier(document.RootElement);
        try
        {
            verifier.Verify();
        }
        catch (Exception fault) when (fault is FormatException or InvalidOperationException or KeyNotFoundException
            or DivideByZeroException)
        {
            verifier._faults.Say(fault.Message);
        }
        return verifier._faults.All;
    }

    private void Verify()
    {
        List<ExplainedLine> lines = [.. _document.Items("lines").Select(line => new ExplainedLine(line))];
        var bill = new BillFacts
        {
            Currency = _document.Text("currency")!,
            Currencies = CurrenciesOf(_document.GetProperty("currencies")),
            Lines = lines,
            Faults = _faults,
            Replaced = lines.SelectMany(ReplacedBy).DistinctBy(one => (one.Id, one.Subtotal, one.Converted))
                .ToLookup(one => one.Id, StringComparer.Ordinal),
        };
        _faults.Holds(lines.DistinctBy(line => line.Id).Count() == lines.Count, "two lines have the same id");
        _faults.Same("billTotal", _document.Number("billTotal"), lines.Select(line => line.Converted).Sum());
        foreach (var group in lines.GroupBy(line => line.Currency))
        {
            _faults.Holds(group.Select(line => line.Rate).Distinct().Count() == 1, $"{group.Key} has several rates");
            _faults.Holds(group.Key != bill.Currency || group.First().Rate == 1, $"{group.Key} needs no rate");
        }
        var verify = new LineVerifier(bill);
        foreach (var (index, line) in lines.Index())
        {
            _faults.About = $"Line {index + 1}";
            _faults.Same("sequenceNumber", line.Item.Number("sequenceNumber"), index + 1);
            verify.Check(line);
        }
        new LedgerCheck(bill).Check();
    }

    private Dictionary<string, CurrencyRule> CurrenciesOf(JsonElement currencies)
    {
        var rules = new Dictionary<string, CurrencyRule>(StringComparer.Ordinal);
        foreach (var currency in currencies.EnumerateObject())
        {
            var places = currency.Value.GetProperty("decimalPlaces").GetInt32();
            _faults.Holds(places is >= 0 and <= 5, $"{currency.Name} cannot have {places} decimal places");
            rules[currency.Name] = new CurrencyRule(places, currency.Value.Text("mode")!);
        }
        return rules;
    }

    private static IEnumerable<ReplacedLine> ReplacedBy(ExplainedLine line)
    {
        foreach (var part in SumsIn(line.Derivation).SelectMany(sum => sum.Items("parts")))
        {
            yield return new ReplacedLine(
                part.Text("id")!, part.Number("subtotal"), part.Number("converted"), line.Currency, line.Rate);
        }
        if (line.Kind is not ("partOfUsage" or "grantedUnits"))
            yield break;
        for (JsonElement? how = line.Derivation; how?.TryGetProperty("line", out var whole) is true; how = Whole(how))
        {
            yield return new ReplacedLine(
                whole.Text("lineId")!, whole.Number("subtotal"), whole.Number("converted"), line.Currency, line.Rate);
        }
    }

    private static IEnumerable<JsonElement> SumsIn(JsonElement? derivation)
    {
        for (var how = derivation; how is { } one; how = Explained.Inner(one))
        {
            if (one.Text("kind") == "sum")
                yield return one;
        }
    }

    private static JsonElement? Whole(JsonElement? how) =>
        how?.TryGetProperty("whole", out var whole) is true ? whole : null;
}
