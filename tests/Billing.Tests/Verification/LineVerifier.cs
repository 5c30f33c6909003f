namespace Tallystick.Billing.Tests.Verification;

/// <summary>Checks one line: amount, rounding, conversion, units and bands.</summary>
internal sealed class LineVerifier(BillFacts bill)
{
    private readonly Faults _faults = bill.Faults;
    private readonly Recompute _recompute = new(bill);

    public void Check(ExplainedLine line)
    {
        if (line.Derivation is null || line.Amount is not { } stated)
        {
            _faults.Holds(
                line.Type is "CREDIT_MEMO" or "DEBIT_MEMO" or "MANUAL_ADJUSTMENT", "the line has no derivation");
            return;
        }
        var (own, billing) = (bill.RuleOf(line.Currency), bill.Billing);
        var computed = _recompute.Of(line);
        if (computed.IsPart)
            _faults.AlmostSame("amount", stated, computed.Amount);
        else
            _faults.Same("amount", stated, computed.Amount);
        _faults.Same("subtotal", line.Subtotal, computed.Subtotal ?? own.Round(computed.Amount));
        _faults.Same(
            "convertedSubtotal", line.Converted, computed.Converted ?? billing.Round(line.Subtotal * line.Rate));
        CheckFacts(line, computed);
        CheckMeasured(line);
        if (!computed.IsPart)
        {
            _faults.Same("quantity", line.Item.Number("quantity"), computed.Quantity.Shown());
            _faults.Same("units", line.Item.Number("units"), computed.Units.Shown());
        }
        if (computed.IsOfAccounts && computed.Bands is not null)
            _faults.AlmostSame(
                "sum of the quantities of the bands", Explained.Sum(line.Item.Items("usagePerPricingBand")
                    .Select(band => band.Number("bandQuantity"))), computed.BandQuantity ?? computed.Quantity);
        if (computed.Bands is not { } bands)
        {
            _faults.Same(
                "averageUnitPrice", line.Item.Number("averageUnitPrice"), computed.UnitPrice ?? line.Subtotal);
            return;
        }
        CheckBands(line, computed, bands, stated);
    }

    private void CheckBands(ExplainedLine line, Computed computed, IReadOnlyList<Band> bands, Exact amount)
    {
        var whole = bands.Select(band => band.Amount).Sum();
        var share = whole.Sign == 0 || computed.IsPart ? 1 : amount / whole;
        var units = line.Item.Number("units");
        var average = units.Sign == 0 ? 0 : (whole / UnitsOf(computed, bands)).Shown();
        if (computed.IsPart)
            _faults.AlmostSame("averageUnitPrice", line.Item.Number("averageUnitPrice"), whole / units);
        else
            _faults.Same(
                "averageUnitPrice", line.Item.Number("averageUnitPrice"),
                computed.Average ?? (share == 1 ? average : (share * average).Shown()));
        var (leftOfSubtotal, leftOfConverted, leftOfQuantity) = (
            line.Subtotal, line.Converted, computed.Quantity);
        foreach (var (index, (band, item)) in bands.Zip(line.Item.Items("usagePerPricingBand")).Index())
        {
            var isLast = index == bands.Count - 1;
            var part = band.Amount * share;
            var subtotal = isLast ? leftOfSubtotal
                : Rounded(bill.RuleOf(line.Currency), part, item.Number("bandSubtotal"), computed.IsPart);
            var converted = isLast ? leftOfConverted
                : Rounded(bill.Billing, part * line.Rate, item.Number("convertedBandSubtotal"), computed.IsPart);
            leftOfSubtotal -= subtotal;
            leftOfConverted -= converted;
            _faults.Same("bandSubtotal", item.Number("bandSubtotal"), subtotal);
            _faults.Same("convertedBandSubtotal", item.Number("convertedBandSubtotal"), converted);
            if (computed.IsPart || computed.IsOfAccounts)
            {
                _faults.AlmostSame("unitSubtotal", item.Number("unitSubtotal"), band.UnitAmount);
                continue;
            }
            _faults.Same("unitSubtotal", item.Number("unitSubtotal"), band.UnitAmount.Shown());
            var quantity = computed.PerUnit is not { } perUnit ? band.Units
                : isLast ? leftOfQuantity : band.Units * perUnit;
            leftOfQuantity -= quantity;
            _faults.Same("bandQuantity", item.Number("bandQuantity"), quantity.Shown());
        }
    }

    // The units of a part are stated with 18 digits, so a part next to a rounding edge can fall on either side of it.
    private static Exact Rounded(CurrencyRule rule, Exact part, Exact stated, bool isPart)
    {
        var rounded = rule.RoundPart(part);
        return isPart && (stated - rounded).Abs() <= rule.Unit ? stated : rounded;
    }

    // A change of a counter has positive units, whatever its direction.
    private static Exact UnitsOf(Computed computed, IReadOnlyList<Band> bands) =>
        computed.PerUnit is null ? computed.Units : bands.Select(band => band.Units).Sum();

    private void CheckFacts(ExplainedLine line, Computed computed)
    {
        var stated = line.Item.TryGetProperty("additional", out var additional)
            ? additional.EnumerateObject().ToDictionary(fact => fact.Name, fact => Explained.NumberOf(fact.Value))
            : [];
        _faults.Holds(stated.Keys.Order().SequenceEqual(computed.Facts.Keys.Order()), "additional facts differ");
        foreach (var (name, value) in computed.Facts)
            _faults.Same($"additional.{name}", stated.TryGetValue(name, out var given) ? given : null, value);
    }

    private void CheckMeasured(ExplainedLine line)
    {
        var values = new List<Exact?>();
        Collect(line.Derivation!.Value, values);
        _faults.Holds(
            values.SequenceEqual(line.Measured.Select(measured => measured.NumberOrNull("value"))),
            "the measured values are not those of the derivation");
    }

    // Earlier values first, then those of the quantity itself.
    private static void Collect(System.Text.Json.JsonElement derivation, List<Exact?> values)
    {
        foreach (var part in derivation.Text("kind") == "sum" ? derivation.Items("parts") : [])
            Collect(part.GetProperty("derivation"), values);
        foreach (var inner in new[] { "rated", "whole", "usage", "block", "now" })
        {
            if (derivation.TryGetProperty(inner, out var nested))
                Collect(nested, values);
        }
        foreach (var earlier in derivation.Items("before"))
            Collect(earlier, values);
        values.AddRange(derivation.Items("values").Select(value => value.NumberOrNull("value")));
    }
}
