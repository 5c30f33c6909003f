using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Fees of commitments that change after bills were locked: never billed twice, and a difference is on the next bill.
/// </summary>
public sealed class LockedFeeTests
{
    private static readonly string[] Months = ["2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01"];

    [Fact]
    public void DatedFee_MovedAfterItsBillWasLocked_IsNotBilledAgain()
    {
        var story = new Account(Dated(("2025-02-01", 100)));
        story.Lock("2025-02-01");
        story.Commitment = Dated(("2025-04-01", 100));

        story.Fees("2025-04-01").ShouldBe("100.00, -100.00");
        story.Due("2025-04-01").ShouldBe(["AdHoc"]);
    }

    [Fact]
    public void DatedFee_RaisedAfterItsBillWasLocked_IsBilledOnTheNextBillOnce()
    {
        var story = new Account(Dated(("2025-02-01", 100), ("2025-06-01", 100)));
        story.Lock("2025-02-01");
        story.Commitment = Dated(("2025-02-01", 130), ("2025-06-01", 100));

        story.Fees("2025-06-01").ShouldBe("100.00, 30.00");
        story.Lock("2025-06-01");
        story.Commitment = Dated(("2025-02-01", 130), ("2025-06-01", 100), ("2025-07-01", 50));
        story.Fees("2025-07-01").ShouldBe("50.00");
    }

    [Fact]
    public void DatedFee_AddedOnALockedDateWithoutALaterOne_HasABillOfItsOwn()
    {
        var story = new Account(Dated(("2025-02-01", 100)));
        story.Lock("2025-02-01");
        story.Commitment = Dated(("2025-02-01", 100), ("2025-02-01", 40));

        story.Due("2025-02-02").ShouldBe(["AdHoc"]);
        story.Due("2025-02-03").ShouldBeEmpty();
        story.Around("2025-02-10").ShouldContain(Date("2025-02-02"));
        story.Fees("2025-02-02").ShouldBe("40.00");
        story.Lock("2025-02-02");
        story.Due("2025-02-03").ShouldBeEmpty();
    }

    [Fact]
    public void DatedFee_LoweredAfterItsBillWasLocked_ReducesLaterFeesAsFarAsTheyGo()
    {
        var story = new Account(Dated(("2025-02-01", 100), ("2025-04-01", 20), ("2025-06-01", 90)));
        story.Lock("2025-02-01");
        story.Commitment = Dated(("2025-02-01", 60), ("2025-04-01", 20), ("2025-06-01", 90));

        story.Fees("2025-04-01").ShouldBe("20.00, -20.00");
        story.Fees("2025-06-01").ShouldBe("90.00, -20.00");
        story.Lock("2025-04-01");
        story.Fees("2025-06-01").ShouldBe("90.00, -20.00");
    }

    [Fact]
    public void Instalments_OfARaisedCommitment_BillWhatLockedOnesMissed()
    {
        var story = new Account(Instalments(500));
        story.Lock("2025-02-01", "2025-03-01");
        story.Commitment = Instalments(750);

        story.Fees("2025-04-01").ShouldBe("150.00, 100.00");
        story.Fees("2025-05-01").ShouldBe("150.00");
        story.Lock("2025-04-01");
        story.Fees("2025-05-01").ShouldBe("150.00");
        story.Lock("2025-05-01", "2025-06-01");
        Months.Sum(story.Billed).ShouldBe(750);
    }

    [Fact]
    public void Instalments_OfALoweredCommitment_ReturnWhatLockedOnesHaveTooMuch()
    {
        var story = new Account(Instalments(500));
        story.Lock("2025-02-01", "2025-03-01", "2025-04-01");
        story.Commitment = Instalments(100);

        story.Fees("2025-05-01").ShouldBe("20.00, -20.00");
        story.Fees("2025-06-01").ShouldBe("20.00, -20.00");
    }

    [Fact]
    public void Instalments_OfALockedBillThatIsCalculatedAgain_AreItsOwn()
    {
        var story = new Account(Instalments(500));
        story.Lock("2025-02-01", "2025-03-01");
        story.Commitment = Instalments(750);

        story.Fees("2025-03-01").ShouldBe("150.00");
    }

    [Fact]
    public void Instalments_WithoutAChange_HaveNoDifference()
    {
        var story = new Account(Instalments(100.01m));
        foreach (var month in Months)
            story.Lock(month);

        Months.Sum(story.Billed).ShouldBe(100.01m);
        story.Fees("2025-07-01").ShouldBe("");
    }

    [Fact]
    public void UnlockedBill_ThatLacksAFeeOfItsDate_IsDueWithoutABillDate()
    {
        var story = new Account(Dated(("2025-02-01", 100)));
        story.Keep("2025-02-01", isLocked: false);
        story.IsOnlyIfMissing("2025-02-10", "2025-02-01").ShouldBeTrue();

        story.Commitment = Dated(("2025-02-01", 100), ("2025-02-01", 7));
        story.IsOnlyIfMissing("2025-02-10", "2025-02-01").ShouldBeFalse();
    }

    private static Commitment Instalments(decimal amount) => Prepaid with
    {
        Amount = amount,
        EndDate = Date("2025-06-01"),
        BillingPlanId = "plan-1",
    };

    private static Commitment Dated(params (string Date, decimal Amount)[] fees) => Prepaid with
    {
        FeeDates =
        [
            .. fees.Select(fee => new CommitmentFee
            {
                Date = Date(fee.Date),
                Amount = fee.Amount,
                ServicePeriodStartDate = At("2025-01-01"),
                ServicePeriodEndDate = At("2026-01-01"),
            }),
        ],
    };

    private static Commitment Prepaid { get; } = new()
    {
        Id = "prepaid",
        AccountId = Scenario.Account.Id,
        StartDate = Date("2025-01-01"),
        EndDate = Date("2026-01-01"),
        Currency = "USD",
        Amount = 1000,
    };

    private sealed class Account(Commitment commitment)
    {
        private readonly List<StoredBill> _stored = [];

        internal Commitment Commitment { get; set; } = commitment;

        private AccountTerms Terms => TermsOf(On("2025-01-01")) with
        {
            Commitments = [Commitment],
            StoredBills = _stored,
        };

        internal void Lock(params string[] dates)
        {
            foreach (var date in dates)
                Keep(date, isLocked: true);
        }

        internal void Keep(string date, bool isLocked) =>
            _stored.Add(StoredBill.Of(Make(date).ToBill(At(date), At(date), null) with { Locked = isLocked }, null));

        internal string Fees(string date) => string.Join(", ", Make(date).LineItems
            .Where(line => line.LineItemType == LineItemType.CommitmentFee)
            .OrderByDescending(line => Math.Abs(line.Subtotal)).ThenByDescending(line => line.Subtotal)
            .Select(line => BillText.Amount(line.Subtotal)));

        internal decimal Billed(string date) => _stored.Where(bill => bill.BillDate == Date(date))
            .SelectMany(bill => bill.Lines).Sum(line => line.Subtotal);

        internal IEnumerable<string> Due(string date) =>
            DueBills.On(Date(date), Organization, Terms, RunOverrides.None)
                .Where(bill => bill.Frequency == BillingFrequency.AdHoc).Select(bill => bill.Frequency.ToString())
                .Distinct();

        internal IEnumerable<LocalDate> Around(string today) =>
            DueBills.Around(Date(today), Organization, Terms, RunOverrides.None).Select(bill => bill.BillDate);

        internal bool IsOnlyIfMissing(string today, string date) =>
            DueBills.Around(Date(today), Organization, Terms, RunOverrides.None)
                .Where(bill => bill.BillDate == Date(date) && bill.Frequency == BillingFrequency.AdHoc)
                .All(bill => bill.OnlyIfMissing);

        private CalculatedBill Make(string date)
        {
            var input = Input(date, On("2025-01-01")).For(Terms);
            return Commitment.BillingPlanId is null
                ? (input with { Run = input.Run with { Frequency = BillingFrequency.AdHoc } }).Bill()
                : input.Bill();
        }
    }
}
