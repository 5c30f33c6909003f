using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes the difference between the usage of a locked bill as it is now and what was billed.</summary>
internal sealed class LateUsageOf(BillFacts bill, WholeUsage usage)
{
    private readonly Faults _faults = bill.Faults;

    public Computed Of(ExplainedLine line, JsonElement derivation)
    {
        var (quantity, now) = NowOf(line, derivation);
        var difference = now - derivation.Number("billedSubtotal") - derivation.Number("adjustedSubtotal");
        _faults.Holds(
            line.Item.Text("referencedBillId") == derivation.Text("billId"), "the line must refer to the locked bill");
        var computed = new Computed(difference)
        {
            Quantity = quantity - derivation.Number("billedQuantity") - derivation.Number("adjustedQuantity"),
            Units = quantity - derivation.Number("billedQuantity") - derivation.Number("adjustedQuantity"),
        };
        if (derivation.NumberOrNull("limit") is not { } limit)
            return computed;
        var full = bill.Billing.Round(difference * line.Rate);
        _faults.Same("amount before the limit", derivation.Number("converted"), full);
        _faults.Holds(limit.Sign > 0 && limit < -full, $"{limit} does not limit a credit of {full}");
        // What is left after all charges except fees, and after the credits before it, is the limit.
        var others = bill.Lines
            .Where(other => other.Type is not ("COMMITMENT_FEE" or "BALANCE_FEE" or "COMMITMENT_CONSUMED"
                or "BALANCE_CONSUMED" or "CREDIT_MEMO" or "DEBIT_MEMO" or "OVERAGE_SURCHARGE")
                && other.Id != line.Id)
            .Select(other => other.Converted).Sum();
        _faults.Same("limit", limit, others);
        return computed with
        {
            Amount = -limit / line.Rate,
            Converted = -limit,
            Facts = new SortedDictionary<string, Exact>(StringComparer.Ordinal)
            {
                ["credit"] = full,
                ["limit"] = limit,
            },
        };
    }

    private (Exact Quantity, Exact Subtotal) NowOf(ExplainedLine line, JsonElement derivation)
    {
        if (!derivation.TryGetProperty("now", out var now) || now.ValueKind == JsonValueKind.Null)
            return (0, 0);
        var (quantity, subtotal) = (now.Number("quantity"), now.Number("subtotal"));
        var how = now.GetProperty("usage");
        List<Band> bands = [.. now.Items("bands").Select(Band.Of)];
        if (how.Text("kind") == "rated")
        {
            var rated = usage.Of(line, how, bands);
            _faults.Same("amount of the usage now", now.Number("amount"), rated.Amount);
            _faults.Same("quantity now", quantity, rated.Quantity);
            _faults.Same("subtotal of the usage now", subtotal, bill.RuleOf(line.Currency).Round(rated.Amount));
        }
        return (quantity, subtotal);
    }
}
