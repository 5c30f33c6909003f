using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes usage that other lines limit, divide or make free, in the bands given.</summary>
internal sealed class WholeUsage(BillFacts bill)
{
    private readonly AccountLines _accounts = new(bill, new RatedUnits(bill.Faults));
    private readonly RatedUnits _rated = new(bill.Faults);

    /// <summary>What the usage costs; a credit is negative.</summary>
    public Computed Of(ExplainedLine line, JsonElement derivation, IReadOnlyList<Band> bands)
    {
        switch (derivation.Text("kind"))
        {
            case "share":
                return _accounts.ShareOf(line, derivation, bands);
            case "sum":
                return _accounts.Sum(line, derivation, bands);
            case "usageBeyondGrants" when IsOfAccounts(derivation.GetProperty("whole")):
                return BeyondGrants(line, derivation);
            default:
                var rated = _rated.Of(derivation, bands, line.IsCompound);
                return line.Type == "USAGE_CREDIT" ? rated with { Amount = -rated.Amount } : rated;
        }
    }

    /// <summary>Units of several accounts have the average price of the line before, which free units state.</summary>
    private Computed BeyondGrants(ExplainedLine line, JsonElement derivation)
    {
        var (granted, units) = (derivation.Number("granted"), derivation.Number("units"));
        var grant = bill.Lines.FirstOrDefault(other => other.Kind == "grantedUnits"
            && other.Derivation!.Value.GetProperty("draw").Text("lineId") == line.Id)
            ?? throw new FormatException($"no free units belong to line {line.Id}.");
        var whole = grant.Derivation!.Value.GetProperty("line");
        bill.Faults.Holds(
            grant.Derivation!.Value.GetProperty("usage").GetRawText() == derivation.GetProperty("whole").GetRawText(),
            "the free units and the others must be of the same usage");
        List<Band> bands = [.. whole.Items("bands").Select(Band.Of)];
        var left = units / (granted + units);
        bill.Faults.AlmostSame("all units", granted + units, bands.Select(band => band.Units).Sum());
        bill.Faults.AlmostSame("units", line.Item.Number("units"), units);
        foreach (var (band, before) in line.Bands.Zip(bands))
        {
            bill.Faults.Same("limit of a band", band.LowerLimit, before.LowerLimit);
            bill.Faults.AlmostSame("fixed price of a band", band.FixedPrice, before.FixedPrice * left);
            bill.Faults.AlmostSame("units of a band", band.Units, before.Units * left);
        }
        return new Computed(whole.Number("amount") * left)
        {
            Bands = line.Bands,
            IsPart = true,
            IsOfAccounts = true,
            Quantity = line.Item.Number("quantity"),
        };
    }

    private static bool IsOfAccounts(JsonElement derivation) => derivation.Text("kind") is "share" or "sum";
}
