using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes the parts of usage that is divided at the end of a commitment or balance.</summary>
internal sealed class DividedLine(BillFacts bill)
{
    private readonly RatedUnits _rated = new(bill.Faults);
    private readonly Faults _faults = bill.Faults;

    public Computed Part(ExplainedLine line, JsonElement derivation)
    {
        var whole = derivation.GetProperty("line");
        CheckWhole(line, derivation, whole);
        var (from, to) = (derivation.Number("from"), derivation.Number("to"));
        var isKept = line.Type == "USAGE";
        _faults.Holds(isKept == (line.Id == whole.Text("lineId")), "the part that is covered keeps the id of the line");
        _faults.Holds(!isKept || from.Sign == 0, "the part that is covered is the first");
        CheckOtherPart(line, derivation, whole);
        return derivation.Is("isAtOverageBands") ? AtOverageBands(line, derivation, from, to) : Share(line, whole);
    }

    /// <summary>The price list of the usage is that of the line before it was divided.</summary>
    private void CheckWhole(ExplainedLine line, JsonElement derivation, JsonElement whole)
    {
        var how = derivation.GetProperty("whole");
        var amount = whole.Number("amount");
        if (how.Text("kind") == "partOfUsage")
        {
            _faults.Same("amount of the line before", amount, how.Number("amount"));
            CheckWhole(line, how, how.GetProperty("line"));
            return;
        }
        List<Band> bands = [.. whole.Items("bands").Select(Band.Of)];
        var computed = new WholeUsage(bill).Of(line, how, bands);
        _faults.Same("amount of the line before", amount, computed.Amount);
        CheckRounding(line, how, whole, computed);
    }

    /// <summary>The line before was rounded like any other.</summary>
    public void CheckRounding(ExplainedLine line, JsonElement how, JsonElement whole, Computed computed)
    {
        var (own, billing) = (bill.RuleOf(line.Currency), bill.Billing);
        var (subtotal, converted) = (whole.Number("subtotal"), whole.Number("converted"));
        if (how.Text("kind") == "share")
        {
            var factor = how.Number("factor");
            var rounded = own.Round(how.Number("blockAmount"));
            _faults.Holds(
                (subtotal - (rounded * factor)).Abs() < own.Unit
                    && (converted - (billing.Round(rounded * line.Rate) * factor)).Abs() < billing.Unit,
                $"the line before cannot be rounded to {subtotal} and {converted}");
            return;
        }
        _faults.Same("subtotal of the line before", subtotal, computed.Subtotal ?? own.Round(computed.Amount));
        _faults.Same(
            "converted subtotal of the line before", converted,
            computed.Converted ?? billing.Round(subtotal * line.Rate));
    }

    /// <summary>The part begins where the other one ends, and together they are the whole line.</summary>
    private void CheckOtherPart(ExplainedLine line, JsonElement derivation, JsonElement whole)
    {
        var id = whole.Text("lineId");
        var other = bill.Lines.FirstOrDefault(other => other.Kind == "partOfUsage" && other.Id != line.Id
            && other.Derivation!.Value.GetProperty("line").Text("lineId") == id
            && other.Derivation!.Value.GetProperty("line").Number("converted") == whole.Number("converted"));
        if (other is null)
        {
            _faults.Holds(line.Type != "USAGE", "a line is divided, but the other part is missing");
            _faults.Holds(derivation.Number("from").Sign == 0, "a part before this one is missing");
            return;
        }
        var part = other.Derivation!.Value;
        var (first, second) = line.Type == "USAGE" ? (derivation, part) : (part, derivation);
        _faults.Same("end of the first part", first.Number("to"), second.Number("from"));
        if (first.Is("isAtOverageBands") || second.Is("isAtOverageBands"))
            return;
        _faults.Same("sum of the parts", line.Subtotal + other.Subtotal, whole.Number("subtotal"));
        _faults.Same("converted sum of the parts", line.Converted + other.Converted, whole.Number("converted"));
    }

    private Computed AtOverageBands(ExplainedLine line, JsonElement derivation, Exact from, Exact to)
    {
        var how = Innermost(derivation);
        var isOfAccounts = how.Text("kind") is "share" or "sum";
        var start = isOfAccounts ? null : _rated.StartOf(how, line.IsCompound);
        var perUnit = isOfAccounts
            ? line.Item.Number("quantity") / line.Item.Number("units") : how.Number("quantityPerUnit");
        var bands = new PriceBands(_faults).Between(
            line.Bands, start is null && from.Sign == 0 ? null : (start ?? 0) + from, (start ?? 0) + to,
            cumulative: true);
        var amount = bands.Select(band => band.Amount).Sum();
        _faults.Same("amount of the part", derivation.Number("amount"), amount);
        return new Computed(amount)
        {
            Bands = bands,
            PerUnit = perUnit,
            Units = to - from,
            Quantity = (to - from) * perUnit,
        };
    }

    /// <summary>A part costs the share of the whole amount that it has in the billing currency.</summary>
    private Computed Share(ExplainedLine line, JsonElement whole)
    {
        var (amount, subtotal, converted) = (
            whole.Number("amount"), whole.Number("subtotal"), whole.Number("converted"));
        var isKept = line.Type == "USAGE";
        var kept = isKept ? line.Converted : converted - line.Converted;
        _faults.Holds(kept.Sign >= 0 && kept <= converted, $"the part cannot be more than the line of {converted}");
        var keptSubtotal = line.Currency == bill.Currency
            ? kept : bill.RuleOf(line.Currency).RoundPart(subtotal * kept / converted);
        _faults.AlmostSame(
            "sum of the bands", line.Bands.Select(band => band.Amount).Sum(), amount * line.Converted / converted);
        _faults.AlmostSame("units", line.Item.Number("units"), line.Bands.Select(band => band.Units).Sum());
        _faults.AlmostSame("amount of the part", line.Derivation!.Value.Number("amount"), line.Amount!.Value);
        _faults.AlmostSame(
            "units of the part", line.Item.Number("units"),
            line.Derivation!.Value.Number("to") - line.Derivation!.Value.Number("from"));
        _faults.AlmostSame(
            "quantity", line.Item.Number("quantity"),
            line.Item.Items("usagePerPricingBand").Select(band => band.Number("bandQuantity")).Sum());
        List<Band> bands = [.. whole.Items("bands").Select(Band.Of)];
        foreach (var band in line.Bands)
            _faults.Holds(
                bands.Any(one => (one.LowerLimit, one.UnitPrice) == (band.LowerLimit, band.UnitPrice)),
                $"the whole line has no band from {band.LowerLimit} at {band.UnitPrice}");
        return new Computed(amount * line.Converted / converted)
        {
            IsPart = true,
            Bands = line.Bands,
            Subtotal = isKept ? keptSubtotal : subtotal - keptSubtotal,
            Converted = line.Converted,
        };
    }

    private static JsonElement Innermost(JsonElement derivation)
    {
        while (derivation.Text("kind") is "partOfUsage" or "usageBeyondGrants")
            derivation = derivation.GetProperty("whole");
        return derivation;
    }
}
