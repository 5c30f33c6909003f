using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes minimum spends and their refunds.</summary>
internal sealed class MinimumSpent(BillFacts bill)
{
    private readonly Faults _faults = bill.Faults;

    public Computed Of(ExplainedLine line, JsonElement derivation)
    {
        var rule = bill.RuleOf(line.Currency);
        var shares = derivation.Items("minimum");
        var due = shares.Select(share => rule.Round(share.Number("amount") * Proration.FactorOf(share))).Sum();
        _faults.Same("minimum due", derivation.Number("due"), due);
        var facts = shares.Count == 1
            ? Proration.FactsOf(shares[0])
            : new SortedDictionary<string, Exact>(StringComparer.Ordinal) { ["minimum"] = due };
        if (!derivation.TryGetProperty("spent", out var spent))
        {
            _faults.Holds(line.Type == "MINIMUM_SPEND", "a refund must state what was spent");
            return new Computed(due) { Facts = facts };
        }
        var total = spent.Items("parts").Select(part => Spent(line, part)).Sum();
        _faults.Same("total of what was spent", spent.Number("total"), total);
        facts["usage"] = total;
        return new Computed(line.Type == "MINIMUM_SPEND_REFUND" ? -Exact.Min(due, total) : Exact.Max(0, due - total))
        {
            Facts = facts,
        };
    }

    private Exact Spent(ExplainedLine line, JsonElement part)
    {
        var (subtotal, rate, amount) = (part.Number("subtotal"), part.Number("rate"), part.Number("amount"));
        _faults.Same(
            "amount that counts toward the minimum", amount, bill.RuleOf(line.Currency).Round(subtotal * rate));
        if (part.Text("lineId") is not { } id)
        {
            _faults.Holds(rate == 1, "the rate of an inner minimum must be 1");
            return amount;
        }
        var versions = bill.Versions(id);
        _faults.Holds(
            versions.Any(version => version.Subtotal == subtotal), $"line {id} does not amount to {subtotal}");
        _faults.Holds(
            versions.All(version => version.Currency != line.Currency || rate == 1),
            $"line {id} needs no rate, but has {rate}");
        return amount;
    }
}
