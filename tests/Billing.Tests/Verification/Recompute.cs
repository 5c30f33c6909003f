using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes the exact amount of a line from its derivation.</summary>
internal sealed class Recompute(BillFacts bill)
{
    private readonly Faults _faults = bill.Faults;
    private readonly RatedUnits _rated = new(bill.Faults);
    private readonly WholeUsage _usage = new(bill);

    public Computed Of(ExplainedLine line)
    {
        var derivation = line.Derivation!.Value;
        return line.Kind switch
        {
            "prorated" => Prorated(derivation),
            "rated" or "usageBeyondGrants" => Usage(line, derivation),
            "counted" => Counted(line, derivation),
            "changed" => Changed(line, derivation),
            "minimum" => new MinimumSpent(bill).Of(line, derivation),
            "capped" => Capped(line, derivation),
            "feeInstalment" => new Computed(FeeOf(line, derivation)),
            "datedFee" => new Computed(derivation.Number("amount")),
            "feeDifference" => FeeDifference(line, derivation),
            "lateUsage" => new LateUsageOf(bill, _usage).Of(line, derivation),
            "creditDraw" => Drawn(derivation),
            "surcharge" => Surcharge(line, derivation),
            "grantedUnits" => Granted(line, derivation),
            "charge" => Charge(derivation),
            "share" => new AccountLines(bill, _rated).Share(line, derivation),
            "sum" => new AccountLines(bill, _rated).Sum(line, derivation, line.Bands),
            "partOfUsage" => new DividedLine(bill).Part(line, derivation),
            _ => throw new FormatException($"'{line.Kind}' is no kind of derivation."),
        };
    }

    private Computed Usage(ExplainedLine line, JsonElement derivation)
    {
        var rated = _usage.Of(line, derivation, line.Bands);
        if (derivation.Text("kind") == "usageBeyondGrants")
        {
            var granted = bill.Lines
                .Where(other => other.Kind == "grantedUnits")
                .Select(other => other.Derivation!.Value.GetProperty("draw"))
                .Where(draw => draw.Text("lineId") == line.Id)
                .Select(draw => draw.Number("amount")).Sum();
            _faults.Same("number of free units", derivation.Number("granted"), granted);
        }
        return rated;
    }

    private static Computed Prorated(JsonElement derivation) =>
        new(derivation.Number("amount") * Proration.FactorOf(derivation)) { Facts = Proration.FactsOf(derivation) };

    private static Computed Charge(JsonElement derivation)
    {
        var units = derivation.NumberOrNull("units");
        var price = derivation.NumberOrNull("unitPrice") ?? derivation.NumberOrNull("amount");
        return new Computed(derivation.NumberOrNull("amount") ?? (units!.Value * price!.Value))
        {
            Quantity = units ?? 1,
            Units = units ?? 1,
            UnitPrice = price,
        };
    }

    private Computed FeeDifference(ExplainedLine line, JsonElement derivation)
    {
        var (due, billed) = (derivation.Number("due"), derivation.Number("billed"));
        var before = derivation.Number("earlier");
        var limit = derivation.NumberOrNull("limit");
        _faults.Holds(
            limit is null ? due > billed && before.Sign == 0 : due + before < billed, "there is no difference");
        var own = bill.Lines
            .Where(other => other.Type == "COMMITMENT_FEE" && other.Kind != "feeDifference"
                && other.Item.Text("commitmentId") == line.Item.Text("commitmentId"))
            .Select(other => other.Subtotal).Sum();
        _faults.Holds(limit is null || limit == own, $"the limit {limit} is not the fees of the bill, {own}");
        var rest = due - billed + before;
        return new Computed(limit is { } most && rest < -most ? -most : rest)
        {
            Facts = new SortedDictionary<string, Exact>(StringComparer.Ordinal)
            {
                ["due"] = due,
                ["billed"] = billed,
            },
        };
    }

    private Computed Counted(ExplainedLine line, JsonElement derivation)
    {
        var rated = _rated.OfCounter(
            derivation.GetProperty("value").Number("value"), line.Bands, derivation.Is("cumulative"));
        return Shared(rated, derivation.GetProperty("share"));
    }

    private Computed Changed(ExplainedLine line, JsonElement derivation)
    {
        var (from, to) = (derivation.Number("from"), derivation.GetProperty("to").Number("value"));
        _faults.Holds(
            line.Type == (to > from ? "COUNTER_ADJUSTMENT_DEBIT" : "COUNTER_ADJUSTMENT_CREDIT"),
            $"a change from {from} to {to} cannot be a line of type {line.Type}");
        return Shared(
            _rated.OfChange(from, to, line.Bands, derivation.Is("cumulative")), derivation.GetProperty("share"));
    }

    private Computed Shared(Computed rated, JsonElement share)
    {
        _faults.Same("amount of a whole period", share.Number("amount"), rated.Amount.Shown());
        return rated with
        {
            Amount = rated.Amount * Proration.FactorOf(share),
            Facts = share.Has("isProrated") ? [] : Proration.FactsOf(share),
        };
    }

    private Computed Capped(ExplainedLine line, JsonElement derivation)
    {
        var how = derivation.GetProperty("rated");
        var rated = _usage.Of(line, how, line.Bands);
        var (limit, credited) = (derivation.Number("limit"), derivation.Number("credited"));
        var full = rated.Converted ?? bill.Billing.Round(bill.RuleOf(line.Currency).Round(rated.Amount) * line.Rate);
        if (how.Text("kind") == "share")
            full = derivation.Number("converted");    // a share of a rounded amount, which has its own line no more
        _faults.Same("full amount of the credit", derivation.Number("converted"), full);
        var charges = derivation.Items("lineIds")
            .Select(id => bill.Versions(id.GetString()!))
            .Where(versions => versions.Count > 0)
            .Select(versions => versions.Max(version => version.Converted)).Sum();
        _faults.Same("limit of the credit", limit, Exact.Max(0, charges - credited));
        _faults.Holds(limit < -full, $"the limit {limit} does not limit a credit of {full}");
        var others = bill.Lines.Where(other => other.Type == "USAGE_CREDIT" && other.Id != line.Id)
            .Select(other => Exact.Max(0, -other.Converted)).Sum();
        _faults.Holds(credited.Sign >= 0 && credited <= others, $"other credits cannot have taken {credited}");
        return rated with
        {
            Subtotal = null,
            Amount = -limit / line.Rate,
            Average = rated.Average is { } average ? (average * -limit / line.Rate / rated.Amount).Shown() : null,
            Converted = -limit,
            Facts = new SortedDictionary<string, Exact>(StringComparer.Ordinal)
            {
                ["credit"] = full,
                ["limit"] = limit,
            },
        };
    }

    private Exact FeeOf(ExplainedLine line, JsonElement derivation)
    {
        var (number, count) = (derivation.Number("number"), derivation.Number("count"));
        var (weight, weights, firstWeight) = (
            derivation.Number("weight"), derivation.Number("weights"), derivation.Number("firstWeight"));
        _faults.Holds(number >= 1 && number <= count, $"there is no instalment {number} of {count}");
        var first = Exact.Max(0, derivation.NumberOrNull("firstBill") ?? 0);
        var rest = derivation.Number("amount") - derivation.Number("prePaid") - first;
        if (first.Sign > 0 && number == 1)
        {
            _faults.Holds(weight == weights && weight == firstWeight, "the first bill has the weight of its own");
            return first + (count == 1 ? rest : 0);
        }
        var (index, shared) = first.Sign > 0 ? (number - 2, count - 1) : (number - 1, count);
        var lastWeight = weights - firstWeight - Exact.Max(0, shared - 2);
        _faults.Holds(
            shared == 1 ? lastWeight.Sign == 0 : lastWeight.Sign > 0 && lastWeight <= 1,
            $"the weights of {shared} instalments cannot add up to {weights}");
        _faults.Same("weight", weight, index.Sign == 0 ? firstWeight : index == shared - 1 ? lastWeight : 1);
        Exact Share(Exact part) => bill.RuleOf(line.Currency).RoundPart(rest * part / weights);
        var before = index.Sign == 0 ? 0 : Share(firstWeight) + ((index - 1) * Share(1));
        var left = Exact.Max(0, rest - before);
        return index == shared - 1 ? left : Exact.Min(Share(weight), left);
    }

    private static Computed Drawn(JsonElement derivation)
    {
        var draws = derivation.Items("draws");
        var amount = -draws.Select(draw => draw.Number("amount")).Sum();
        return new Computed(amount)
        {
            Subtotal = amount,
            Converted = -draws.Select(draw => draw.Number("converted")).Sum(),
        };
    }

    private Computed Surcharge(ExplainedLine line, JsonElement derivation)
    {
        foreach (var overage in derivation.Items("overages"))
        {
            var id = overage.Text("lineId")!;
            if (bill.Find(id) is not { } usage)
            {
                _faults.Say($"there is no line {id}");
                continue;
            }
            var (uncovered, covered) = (overage.Number("uncovered"), LedgerCheck.DrawnFor(bill, id));
            _faults.Holds(usage.Currency == line.Currency, $"line {id} has another currency");
            _faults.Same(
                $"amount of line {id} that is not covered", overage.Number("amount"),
                usage.Subtotal * uncovered / usage.Converted);
            _faults.Holds(
                uncovered.Sign > 0 && uncovered <= usage.Converted - covered,
                $"not more than {usage.Converted - covered} of line {id} can be left uncovered");
        }
        var sum = derivation.Items("overages").Select(overage => overage.Number("amount")).Sum();
        return new Computed(sum * derivation.Number("percent") / 100);
    }

    private Computed Granted(ExplainedLine line, JsonElement derivation)
    {
        var (draw, whole) = (derivation.GetProperty("draw"), derivation.GetProperty("line"));
        List<Band> bands = [.. whole.Items("bands").Select(Band.Of)];
        var how = derivation.GetProperty("usage");
        var rated = _usage.Of(line, how, bands);
        _faults.Same("amount of the whole usage", whole.Number("amount"), rated.Amount);
        new DividedLine(bill).CheckRounding(line, how, whole, rated);
        _faults.Holds(draw.Text("lineId") == whole.Text("lineId"), "the units must be those of the line");
        _faults.Holds(
            draw.Number("amount") <= rated.Units * draw.Number("share"), "more units are free than the balance covers");
        _faults.Same("amount covered", draw.Number("converted"), 0);
        return new Computed(0)
        {
            Quantity = draw.Number("amount"),
            Units = draw.Number("amount"),
            UnitPrice = 0,
        };
    }
}
