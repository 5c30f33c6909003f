using System.Diagnostics;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Explanations;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>Explanations as text: other lines and what they draw on are named.</summary>
public sealed class ExplanationTextTests
{
    private static readonly string Commitment = Id(0);

    [Fact]
    public void Text_OfALineThatDraws_NamesTheLineAndTheCommitment()
    {
        var text = ExplanationText.Of(BillOf(lines: 2, draws: 1), TestContext.Current.CancellationToken);

        text.ShouldContain("   line 1 (Line 1) draws 1 from the prepayment, which covers 1");
        text.ShouldNotContain(Commitment);
    }

    [Fact]
    public void Text_OfALineWhoseDescriptionIsTheIdOfAnother_LeavesTheDescriptionAsItIs()
    {
        var bill = BillOf(lines: 2, draws: 1);
        var named = bill with
        {
            Lines = [.. bill.Lines.Select(one => one with { Line = one.Line with { Description = Commitment } })],
        };

        ExplanationText.Of(named, TestContext.Current.CancellationToken)
            .ShouldContain($"line 1 ({Commitment}) draws 1 from the prepayment");
    }

    [Fact]
    public void Text_OfFiveThousandLines_TakesNoLongerThanTheirNumber()
    {
        var bill = BillOf(lines: 5_000, draws: 4);
        var time = Stopwatch.StartNew();

        var text = ExplanationText.Of(bill, TestContext.Current.CancellationToken);

        // Each line is looked up by its id. Comparing each step with each line takes longer by far.
        time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));
        text.ShouldContain("line 4999 (Line 4999) draws 1 from the prepayment");
    }

    [Fact]
    public void Text_WhoseCallerIsGone_IsNotWrittenOn()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();

        Should.Throw<OperationCanceledException>(() => ExplanationText.Of(BillOf(lines: 2, draws: 1), gone.Token));
    }

    private static string Id(int number) =>
        FormattableString.Invariant($"{number:x8}-0000-0000-0000-000000000000");

    private static BillExplanation BillOf(int lines, int draws) => new()
    {
        BillId = Id(int.MaxValue),
        Version = 1,
        AccountCode = "acme",
        BillDate = Date("2025-02-01"),
        StartDate = Date("2025-01-01"),
        EndDate = Date("2025-02-01"),
        Timezone = "UTC",
        Currency = "USD",
        Currencies = new Dictionary<string, AmountRounding>
        {
            ["USD"] = new(2, RoundingMode.HalfUp),
        },
        Lines =
        [
            .. Enumerable.Range(1, lines).Select(number => new LineExplanation
            {
                Line = new BillLineItem
                {
                    Id = Id(number),
                    SequenceNumber = number,
                    Description = $"Line {number}",
                    LineItemType = LineItemType.CommitmentConsumed,
                    Currency = "USD",
                    Subtotal = -draws,
                    Quantity = 1,
                    Units = 1,
                    Unit = "",
                    ConversionRate = 1,
                    AverageUnitPrice = -draws,
                    ConvertedSubtotal = -draws,
                },
                Amount = -draws,
                Derivation = new CreditDraw(Commitment,
                [
                    .. Enumerable.Range(0, draws).Select(draw => new DrawOfLine(
                        Id(((number + draw - 1) % lines) + 1), false, Fraction.Of(1, 1), null, 1, 1, 1)),
                ]),
            }),
        ],
        BillTotal = 0,
        Names = new Dictionary<string, string> { [Commitment] = "the prepayment" },
    };
}
