using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// A commitment of 1,200.00 for 2025, of which the bills of February to April are locked with 100.00 each. Then its
/// fees get other bill dates or other bills: they go on as scheduled, no date is billed twice, and all bills together
/// have the amount.
/// </summary>
public sealed class FeeCycleTests
{
    private static readonly string[] Locked = ["2025-02-01", "2025-03-01", "2025-04-01"];

    [Theory]
    [InlineData("none", "2025-05-01", "100.00")]
    [InlineData("consolidated", "2025-05-01", "100.00")]
    [InlineData("consolidated", "2025-04-01", "")]
    [InlineData("grouping key", "2025-05-01", "100.00")]
    [InlineData("grouping key", "2025-04-01", "")]
    [InlineData("epoch", "2025-05-15", "100.00")]
    [InlineData("quarterly", "2025-07-01", "300.00")]
    [InlineData("consolidated quarterly", "2025-07-01", "300.00")]
    [InlineData("in advance", "2025-05-01", "100.00, 100.00")]    // and that of April
    public void Fees_AfterAChangeOfTheirBills_GoOnAsScheduled(string change, string date, string fees)
    {
        var story = new Story { Change = "none" };
        story.Lock(Locked);
        story.Change = change;

        story.Fees(date).ShouldBe(fees);
    }

    [Theory]
    [InlineData("consolidated", "none", "2025-05-01", "100.00")]
    [InlineData("grouping key", "none", "2025-05-01", "100.00")]
    [InlineData("in advance", "none", "2025-05-01", "100.00")]
    [InlineData("consolidated", "consolidated quarterly", "2025-07-01", "300.00")]
    public void Fees_AfterTheOppositeChange_GoOnAsScheduled(string before, string after, string date, string fees)
    {
        var story = new Story { Change = before };
        story.Lock(Locked);
        story.Change = after;

        story.Fees(date).ShouldBe(fees);
    }

    [Theory]
    [InlineData("consolidated", "none")]
    [InlineData("none", "consolidated")]
    [InlineData("grouping key", "none")]
    [InlineData("none", "grouping key")]
    public void LockedBillsOfTheNewCycle_FromBeforeTheChange_LackNoFees(string before, string after)
    {
        var story = new Story { Change = before };
        story.Lock(Locked);
        story.Change = after;
        story.LockWithoutFees(Locked);

        story.Fees("2025-05-01").ShouldBe("100.00");
    }

    [Theory]
    [InlineData("consolidated")]
    [InlineData("grouping key")]
    public void Fees_RaisedAfterTheChange_AreComparedWithTheBillsSinceThen(string change)
    {
        var story = new Story { Change = "none" };
        story.Lock(Locked);
        story.Change = change;
        story.Lock("2025-05-01");
        story.Amount = 2400;

        story.Fees("2025-06-01").ShouldBe("400.00, 200.00");
        story.Lock("2025-06-01");
        story.Fees("2025-07-01").ShouldBe("200.00");
    }

    [Theory]
    [InlineData("none", 2, "quarterly")]
    [InlineData("none", 3, "quarterly")]
    [InlineData("none", 1, "epoch")]
    [InlineData("none", 3, "epoch")]
    [InlineData("none", 2, "in advance")]
    [InlineData("none", 3, "consolidated quarterly")]
    [InlineData("none", 2, "consolidated")]
    [InlineData("in advance", 3, "none")]
    [InlineData("in advance", 2, "quarterly")]
    [InlineData("quarterly", 1, "none")]
    [InlineData("quarterly", 1, "epoch")]
    [InlineData("epoch", 2, "none")]
    [InlineData("epoch", 3, "quarterly")]
    [InlineData("consolidated quarterly", 2, "none")]
    public void Fees_BeforeAndAfterAChangeOfTheSchedule_AreTheAmountTogether(string before, int bills, string after)
    {
        var story = new Story { Change = before };
        story.Lock([.. story.FeeDates().Take(bills)]);
        story.Change = after;
        var last = story.LastLocked;

        // A job for an earlier date bills nothing again.
        foreach (var date in story.FeeDates().Where(date => string.CompareOrdinal(date, last) <= 0))
            story.Fees(date).ShouldBe("", date);
        story.Lock([.. story.FeeDates().Where(date => string.CompareOrdinal(date, last) > 0)]);

        story.Billed.ShouldBe(1200);
    }

    [Fact]
    public void Fees_OfAScheduleWithoutBillsAtFirst_AreNotMissedAfterAChange()
    {
        // The system has billed only March; the months before were billed elsewhere.
        var story = new Story { Change = "none" };
        story.Lock("2025-04-01");
        story.Change = "consolidated";

        story.Fees("2025-05-01").ShouldBe("100.00");
    }

    [Fact]
    public void Difference_OnABillThatCanChange_IsNotOnALaterOneToo()
    {
        var story = new Story { Change = "none" };
        story.Lock("2025-02-01");
        story.Amount = 2400;
        story.Fees("2025-03-01").ShouldBe("200.00, 100.00");
        story.Keep("2025-03-01", isLocked: false);
        story.Lock("2025-04-01");    // before March

        story.Fees("2025-05-01").ShouldBe("200.00");
        story.Fees("2025-03-01").ShouldBe("200.00, 100.00");
    }

    private sealed class Story
    {
        private readonly List<StoredBill> _stored = [];

        internal required string Change { get; set; }

        internal decimal Amount { get; set; } = 1200;

        private OrganizationConfig Config => Organization with
        {
            ConsolidateBills = Change.StartsWith("consolidated", StringComparison.Ordinal),
        };

        private Commitment Commitment => new()
        {
            Id = "prepaid",
            AccountId = Account.Id,
            StartDate = Date("2025-01-01"),
            EndDate = Date("2026-01-01"),
            Currency = "USD",
            Amount = Amount,
            BillingPlanId = IsQuarterly ? "plan-2" : "plan-1",
            BillEpoch = Change == "epoch" ? Date("2025-01-15") : null,
            CommitmentFeeBillInAdvance = Change == "in advance",
            ContractId = Change == "grouping key" ? "contract" : null,
        };

        private bool IsQuarterly => Change.EndsWith("quarterly", StringComparison.Ordinal);

        private AccountTerms Terms => TermsOf(
            On("2025-01-01"),
            On("2025-01-01", id: "2", template: Template with { BillFrequencyInterval = 3 })) with
        {
            Commitments = [Commitment],
            Contracts =
            [
                new Contract
                {
                    Id = "contract",
                    AccountId = Account.Id,
                    Name = "Contract",
                    StartDate = Date("2025-01-01"),
                    EndDate = Date("2026-01-01"),
                    BillGroupingKeyId = "key",
                },
            ],
            StoredBills = [.. _stored],
        };

        internal string LastLocked => _stored.Max(bill => InstantText.Write(bill.BillDate))!;

        internal decimal Billed => _stored.SelectMany(bill => bill.Lines)
            .Where(line => line.LineItemType == LineItemType.CommitmentFee).Sum(line => line.Subtotal);

        /// <summary>The dates of the bills on which a fee can be.</summary>
        internal IReadOnlyList<string> FeeDates() =>
        [
            .. Enumerable.Range(0, 14).Select(month => Date(Change == "epoch" ? "2025-01-15" : "2025-01-01")
                .PlusMonths(month))
                .Where(date => !IsQuarterly || date.Month % 3 == 1).Select(InstantText.Write),
        ];

        internal void Lock(params string[] dates)
        {
            foreach (var date in dates)
                Keep(date, isLocked: true);
        }

        internal void LockWithoutFees(params string[] dates)
        {
            foreach (var date in dates)
                _stored.Add(Make(date, isLocked: true) with { Lines = [] });
        }

        internal void Keep(string date, bool isLocked)
        {
            var made = Make(date, isLocked);
            _stored.RemoveAll(bill => bill.Id == made.Id);
            _stored.Add(made);
        }

        internal string Fees(string date) => string.Join(", ", Make(date, isLocked: false).Lines
            .Where(line => line.LineItemType == LineItemType.CommitmentFee)
            .OrderByDescending(line => Math.Abs(line.Subtotal))
            .Select(line => BillText.Amount(line.Subtotal)));

        private StoredBill Make(string date, bool isLocked)
        {
            var input = Input(date, On("2025-01-01")).For(Terms);
            var bill = (input with
            {
                Organization = Config,
                Run = input.Run with
                {
                    Frequency = Config.ConsolidateBills == true ? BillingFrequency.Mixed : BillingFrequency.Monthly,
                    Interval = IsQuarterly && Config.ConsolidateBills != true ? 3 : 1,
                    GroupingKeyId = Change == "grouping key" ? "key" : null,
                },
            }).Bill();
            return StoredBill.Of(bill.ToBill(At(date), At(date), null) with { Locked = isLocked }, null);
        }
    }
}
