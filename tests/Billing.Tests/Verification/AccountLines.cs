using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes lines of several accounts: shares of one block of usage, and sums over children.</summary>
internal sealed class AccountLines(BillFacts bill, RatedUnits rated)
{
    private readonly Faults _faults = bill.Faults;

    /// <summary>
    /// A share of the rounded amount of the block: rounded down, or the smallest unit more if its remainder is among
    /// the largest.
    /// </summary>
    public Computed Share(ExplainedLine line, JsonElement derivation)
    {
        var shares = bill.Lines.Where(other => other.Kind == "share" && IsOfSameBlock(line, other)).ToList();
        var (amount, factor) = (derivation.Number("blockAmount"), derivation.Number("factor"));
        var computed = ShareOf(line, derivation, line.Bands);
        var values = derivation.Items("values");
        var own = line.Item.Number("quantity");
        if (!line.IsCompound)
            _faults.Holds(
                values.Count == 1
                    ? (values[0].NumberOrNull("value") ?? values[0].NumberOrNull("defaultValue")) == own
                    : own.Sign == 0 || (shares.Count == 1 && own == computed.BandQuantity),
                $"the measured quantity of the account is not {own}");
        var (subtotal, converted) = SplitOf(line, shares, amount, factor);
        return computed with { Quantity = own, Subtotal = subtotal, Converted = converted };
    }

    /// <summary>The exact share, whatever has become of the line since.</summary>
    public Computed ShareOf(ExplainedLine line, JsonElement derivation, IReadOnlyList<Band> stated)
    {
        var described = bill.Lines.Where(other => ShareIn(other) is not null && IsOfSameBlock(line, other))
            .Select(other => ShareIn(other)!.Value).Where(share => share.Has("block")).ToList();
        if (!_faults.Holds(described.Count > 0, "one share must describe the block"))
            return new Computed(0);
        var block = described[0].GetProperty("block");
        var (amount, factor) = (derivation.Number("blockAmount"), derivation.Number("factor"));
        var quantity = rated.QuantityOf(block, line.IsCompound);
        var units = RatedUnits.UnitsOf(block, quantity);
        var bands = BandsOf(line, block, stated, (quantity, units), factor);
        if (factor.Sign != 0)
            _faults.AlmostSame(
                "amount of the block", line.Type == "USAGE_CREDIT" ? -amount : amount,
                bands.Select(band => band.Amount).Sum() / factor);
        return new Computed(amount * factor)
        {
            Bands = bands,
            IsOfAccounts = true,
            PerUnit = 1,
            Quantity = quantity * factor,
            BandQuantity = quantity * factor,
            Units = units.Shown() * factor,
            Average = AverageOf(line, units, amount),
        };
    }

    /// <summary>The rounded amounts of children, added up.</summary>
    public Computed Sum(ExplainedLine line, JsonElement derivation, IReadOnlyList<Band> bands)
    {
        var parts = derivation.Items("parts");
        var sums = new Computed(0) { IsOfAccounts = true, Bands = bands.Count == 0 ? null : bands };
        var (quantities, ofBands, units) = (Exact.Zero, Exact.Zero, Exact.Zero);
        foreach (var part in parts)
        {
            var computed = PartOf(line, part.GetProperty("derivation"), parts, bands);
            var subtotal = bill.RuleOf(line.Currency).Round(computed.Amount);
            _faults.Same("subtotal of a child", part.Number("subtotal"), subtotal);
            _faults.Same(
                "converted subtotal of a child", part.Number("converted"), bill.Billing.Round(subtotal * line.Rate));
            sums = sums with { Amount = sums.Amount + computed.Amount };
            quantities += computed.Quantity;
            ofBands += computed.BandQuantity ?? computed.Quantity;
            units += computed.Units.Shown();
        }
        return sums with
        {
            Quantity = sums.Bands is null ? 1 : quantities,
            BandQuantity = ofBands,
            Units = sums.Bands is null ? 1 : units,
            Subtotal = parts.Select(part => part.Number("subtotal")).Sum(),
            Converted = parts.Select(part => part.Number("converted")).Sum(),
        };
    }

    private Computed PartOf(
        ExplainedLine line, JsonElement derivation, IReadOnlyList<JsonElement> parts, IReadOnlyList<Band> bands)
    {
        switch (derivation.Text("kind"))
        {
            case "prorated":
                return new Computed(derivation.Number("amount") * Proration.FactorOf(derivation));
            case "minimum":
                return new MinimumSpent(bill).Of(line, derivation);
            case "counted" or "changed":
                var share = derivation.GetProperty("share");
                var (from, to) = derivation.Text("kind") == "counted"
                    ? (0, derivation.GetProperty("value").Number("value"))
                    : (derivation.Number("from"), derivation.GetProperty("to").Number("value"));
                return new Computed(share.Number("amount") * Proration.FactorOf(share))
                {
                    Quantity = (to - from).Abs(),
                    BandQuantity = to - from,
                    Units = (to - from).Abs(),
                };
            case "rated":
                return RatedPart(line, derivation, parts, bands);
            case var other:
                throw new FormatException($"'{other}' is no kind of derivation of a child's line.");
        }
    }

    /// <summary>All children have the same price list, so each pays an equal part of a fixed price.</summary>
    private Computed RatedPart(
        ExplainedLine line, JsonElement derivation, IReadOnlyList<JsonElement> parts, IReadOnlyList<Band> bands)
    {
        var entered = Entered(line, derivation, bands);
        var all = parts.SelectMany(part => Entered(line, part.GetProperty("derivation"), bands)).ToList();
        foreach (var (index, band) in bands.Index())
            _faults.AlmostSame(
                $"bandUnits of the band from {band.LowerLimit}", band.Units,
                all.Where(one => one.Index == index).Select(one => one.Units).Sum());
        var amount = entered.Select(one => (one.Units * bands[one.Index].UnitPrice) + FixedPriceOf(one)).Sum();
        var quantity = rated.QuantityOf(derivation, line.IsCompound);
        return new Computed(line.Type == "USAGE_CREDIT" ? -amount : amount)
        {
            Quantity = quantity,
            Units = RatedUnits.UnitsOf(derivation, quantity),
        };

        Exact FixedPriceOf((int Index, Exact Units, bool IsCharged) one) => one.IsCharged
            ? bands[one.Index].FixedPrice / all.Count(other => other.Index == one.Index && other.IsCharged)
            : 0;
    }

    private List<(int Index, Exact Units, bool IsCharged)> Entered(
        ExplainedLine line, JsonElement derivation, IReadOnlyList<Band> bands)
    {
        var quantity = rated.QuantityOf(derivation, line.IsCompound);
        var (units, from) = (RatedUnits.UnitsOf(derivation, quantity), rated.StartOf(derivation, line.IsCompound));
        if (derivation.Is("cumulative") && from is null)
            _faults.Holds(bands is [{ LowerLimit.Sign: 0 }, ..], "a band is missing below the first");
        return from is null && quantity.Sign < 0
            ? [(0, units, false)]
            : [.. PriceBands.Enter(bands, from, (from ?? 0) + units, derivation.Is("cumulative"))];
    }

    private IReadOnlyList<Band> BandsOf(
        ExplainedLine line, JsonElement block, IReadOnlyList<Band> stated, (Exact Quantity, Exact Units) whole,
        Exact factor)
    {
        var from = rated.StartOf(block, line.IsCompound);
        var entered = from is null && whole.Quantity.Sign < 0
            ? [(0, whole.Units, false)]
            : PriceBands.Enter(stated, from, (from ?? 0) + whole.Units, block.Is("cumulative")).ToList();
        if (block.Is("cumulative") && from is null)
            _faults.Holds(stated is [{ LowerLimit.Sign: 0 }, ..], "a band is missing below the first");
        if (!_faults.Holds(entered.Count == stated.Count, "the block does not enter exactly the bands of the line"))
            return stated;
        foreach (var (index, inBand, isCharged) in entered)
        {
            var band = stated[index];
            _faults.Same(
                $"bandUnits of the band from {band.LowerLimit}", band.Units, (inBand.Shown() * factor).Shown());
            _faults.Holds(
                isCharged || band.FixedPrice.Sign == 0, $"the band from {band.LowerLimit} has no fixed price");
        }
        return [.. entered.Select(one => stated[one.Item1] with { Units = one.Item2 * factor })];
    }

    private static Exact AverageOf(ExplainedLine line, Exact units, Exact amount)
    {
        var average = units.Sign == 0 ? 0 : ((line.Type == "USAGE_CREDIT" ? -amount : amount) / units).Shown();
        return line.Type == "USAGE_CREDIT" && line.Amount!.Value.Sign != 0 ? -average : average;
    }

    private (Exact Subtotal, Exact Converted) SplitOf(
        ExplainedLine line, IReadOnlyList<ExplainedLine> shares, Exact amount, Exact factor)
    {
        var (own, billing) = (bill.RuleOf(line.Currency), bill.Billing);
        var subtotal = own.Round(amount);
        var converted = billing.Round(subtotal * line.Rate);
        if (shares.Select(share => share.Derivation!.Value.Number("factor")).Sum() == 1)
        {
            _faults.Same("sum of the shares", shares.Select(share => share.Subtotal).Sum(), subtotal);
            _faults.Same("converted sum of the shares", shares.Select(share => share.Converted).Sum(), converted);
            var all = shares.Select(share => share.Item.Number("quantity")).Sum();
            _faults.Holds(
                all.Sign == 0 || factor * all == line.Item.Number("quantity"), $"{factor} is not the account's part");
        }
        return (
            Within("subtotal", line.Subtotal, subtotal * factor, own),
            Within("converted subtotal", line.Converted, converted * factor, billing));
    }

    private Exact Within(string name, Exact stated, Exact exact, CurrencyRule rule)
    {
        var least = exact.Round(rule.Places, "FLOOR");
        _faults.Holds(
            stated == least || (exact != least && stated == least + rule.Unit),
            $"the {name} of a share of {exact} cannot be {stated}");
        return stated;
    }

    private static bool IsOfSameBlock(ExplainedLine one, ExplainedLine other) => KeyOf(one) == KeyOf(other);

    private static JsonElement? ShareIn(ExplainedLine line)
    {
        for (var how = line.Derivation; how is { } one; how = Explained.Inner(one))
        {
            if (one.Text("kind") == "share")
                return one;
        }
        return null;
    }

    private static string KeyOf(ExplainedLine line) => string.Join(
        ' ', line.Item.Text("pricingId"), line.Item.Text("servicePeriodStartDate"),
        ShareIn(line)!.Value.Text("blockAmount"));
}
