using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Checks what the lines of a bill draw from commitments and balances.</summary>
internal sealed class LedgerCheck(BillFacts bill)
{
    private readonly Faults _faults = bill.Faults;

    /// <summary>Whether credits or refunds reduce what can be drawn for the charges.</summary>
    private bool IsReduced => bill.Lines.Any(line => line.Converted.Sign < 0 && line.Kind != "creditDraw");

    /// <summary>What draws cover of a line, in the billing currency.</summary>
    public static Exact DrawnFor(BillFacts bill, string id) => DrawsOf(bill)
        .Where(draw => draw.LineId == id).Select(draw => draw.Converted).Sum();

    public void Check()
    {
        var draws = DrawsOf(bill);
        foreach (var draw in draws)
        {
            _faults.About = $"Draw of line {draw.LineId} on {draw.CreditId}";
            _faults.Holds(draw.Left is null || draw.Amount <= draw.Left, $"{draw.Amount} exceeds {draw.Left} left");
            _faults.Holds(draw.Amount.Sign >= 0 && draw.Converted.Sign >= 0, "a draw cannot be negative");
            _faults.Holds(draw.Share.Sign > 0 && draw.Share <= 1, $"{draw.Share} is no share");
            if (!draw.IsGrant)
                CheckWorth(draw);
            else
                _faults.Same("rate of free units", draw.Rate, 1);
        }
        foreach (var group in draws.GroupBy(draw => draw.LineId))
        {
            _faults.About = $"Draws of line {group.Key}";
            var covered = group.Select(draw => draw.Converted).Sum();
            if (bill.Find(group.Key) is { } line)
                _faults.Holds(covered <= line.Converted, $"{covered} exceeds the {line.Converted} of the line");
            else
                _faults.Holds(
                    group.All(draw => draw.IsGrant) && bill.Replaced[group.Key].Any(), "there is no such line");
        }
        foreach (var group in draws.GroupBy(draw => (draw.CreditId, draw.IsRollover)))
        {
            _faults.About = $"Draws on {group.Key.CreditId}";
            CheckOrder([.. group]);
            CheckTotal([.. group.Where(draw => !draw.IsGrant)]);
        }
        foreach (var group in draws.Where(draw => !draw.IsGrant).GroupBy(draw => (draw.FromCurrency, draw.Currency)))
        {
            _faults.About = $"Rate from {group.Key.FromCurrency} to {group.Key.Currency}";
            _faults.Holds(group.Select(draw => draw.Rate).Distinct().Count() == 1, "draws have different rates");
            _faults.Holds(
                group.Key.FromCurrency != group.Key.Currency || group.First().Rate == 1, "the currency is the same");
        }
    }

    /// <summary>What a draw covers, in the currency of what it draws on.</summary>
    private void CheckWorth(Draw draw)
    {
        var versions = bill.Versions(draw.LineId).ToList();
        if (bill.Find(draw.LineId) is not { } line)
            return;
        versions.Add(new ReplacedLine(line.Id, line.Subtotal, line.Converted, line.Currency, line.Rate));
        var rule = bill.RuleOf(draw.Currency);
        _faults.Holds(
            draw.Currency != bill.Currency || draw.Rate == line.Rate, $"the rate {draw.Rate} is not that of the line");
        _faults.Holds(
            versions.Any(one => draw.Converted <= (one.Converted * draw.Share) + bill.Billing.Unit),
            $"{draw.Converted} exceeds {draw.Share} of the line");
        _faults.Holds(
            versions.Any(one =>
                IsWorth(draw, one, rule) || (draw.Left == draw.Amount && IsAllThatIsLeft(draw, one, rule))),
            $"{draw.Converted} does not cost {draw.Amount}");
    }

    // What is left covers what it is worth, or the whole charge if that costs more than is left. A charge that is worth
    // more than the rounded amounts drawn for it is not covered whole.
    private bool IsAllThatIsLeft(Draw draw, ReplacedLine line, CurrencyRule rule)
    {
        var worth = bill.Billing.RoundPart(draw.Amount * draw.LineRate);
        return draw.Converted == worth
            || (draw.Converted < worth && draw.Converted * WorthOf(draw, line) >= draw.Amount
                && (IsReduced || rule.Unit * draw.LineRate > bill.Billing.Unit
                    || draw.Converted + bill.Billing.Unit >= line.Converted * draw.Share
                    || DrawnFor(bill, draw.LineId) + bill.Billing.Unit >= line.Converted));
    }

    // Amounts are rounded cumulatively over the charges, so each differs by less than the smallest unit.
    private bool IsWorth(Draw draw, ReplacedLine line, CurrencyRule rule) =>
        (draw.Amount - (draw.Converted * WorthOf(draw, line))).Abs() <= rule.Unit;

    private Exact WorthOf(Draw draw, ReplacedLine line) => draw.Currency == bill.Currency || line.Converted.Sign == 0
        ? 1 : line.Subtotal * draw.Rate / line.Converted;

    /// <summary>Each draw finds what the draw before it has left.</summary>
    private void CheckOrder(IReadOnlyList<Draw> draws)
    {
        var limited = draws.Where(draw => draw.Left is not null)
            .OrderByDescending(draw => draw.Left!.Value).ThenBy(draw => draw.Amount).ToList();
        _faults.Holds(limited.Count == 0 || limited.Count == draws.Count, "only some of the draws are limited");
        foreach (var (before, after) in limited.Zip(limited.Skip(1)))
        {
            var expected = before.Left!.Value - before.Amount;
            // Free units can have more decimal places than what is left shows.
            _faults.Holds(
                before.IsGrant ? (after.Left!.Value - expected).Abs() < 1 : after.Left == expected,
                $"{before.Amount} of {before.Left} leaves {expected}, not {after.Left}");
        }
    }

    /// <summary>Amounts are rounded cumulatively, so their sum is rounded once.</summary>
    private void CheckTotal(IReadOnlyList<Draw> draws)
    {
        if (draws.Count == 0 || draws.Any(draw => draw.Left == draw.Amount || bill.Find(draw.LineId) is null
            || bill.Replaced[draw.LineId].Any()))
            return;
        var exact = draws.Select(draw =>
        {
            var line = bill.Find(draw.LineId)!;
            return draw.Converted
                * WorthOf(draw, new ReplacedLine(line.Id, line.Subtotal, line.Converted, line.Currency, line.Rate));
        }).Sum();
        _faults.Same(
            "sum of the draws", draws.Select(draw => draw.Amount).Sum(),
            bill.RuleOf(draws[0].Currency).RoundPart(exact));
    }

    private static List<Draw> DrawsOf(BillFacts bill) =>
    [
        .. bill.Lines.Where(line => line.Kind == "creditDraw").SelectMany(line =>
            line.Derivation!.Value.Items("draws").Select(draw => Of(bill, line, draw, isGrant: false))),
        .. bill.Lines.Where(line => line.Kind == "grantedUnits").Select(line =>
            Of(bill, line, line.Derivation!.Value.GetProperty("draw"), isGrant: true)),
    ];

    private static Draw Of(BillFacts bill, ExplainedLine line, JsonElement draw, bool isGrant) => new(
        line.Derivation!.Value.Text("creditId")!,
        isGrant,
        line.Currency,
        line.Rate,
        bill.Find(draw.Text("lineId")!)?.Currency,
        draw.Text("lineId")!,
        draw.Is("isRollover"),
        draw.Number("share"),
        draw.NumberOrNull("left"),
        draw.Number("rate"),
        draw.Number("amount"),
        draw.Number("converted"));

    private sealed record Draw(
        string CreditId, bool IsGrant, string Currency, Exact LineRate, string? FromCurrency, string LineId,
        bool IsRollover, Exact Share, Exact? Left, Exact Rate, Exact Amount, Exact Converted);
}
