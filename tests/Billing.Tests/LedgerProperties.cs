using CsCheck;
using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Rating;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>A year of bills that are calculated, calculated again and deleted in any order.</summary>
public sealed class LedgerProperties
{
    private static readonly string[] Codes = ["USD", "EUR", "JPY"];

    private static readonly RoundingMode[] Nearest =
        [RoundingMode.HalfUp, RoundingMode.HalfDown, RoundingMode.HalfEven];

    private static readonly Gen<decimal> AnyRate = Gen.Int[1, 2_000_000].Select(rate => rate / 10_007m);

    private static readonly Gen<OrganizationConfig> AnyOrganization =
        Gen.Select(AnyRate.Array[6], Gen.Int[0, 2]).Select((rates, billing) => Organization with
        {
            Currency = Codes[billing],
            CurrencyConversions =
            [
                .. Codes.SelectMany(from => Codes.Where(to => to != from).Select(to => (From: from, To: to)))
                    .Zip(rates, (pair, rate) => new CurrencyConversion
                    {
                        From = pair.From,
                        To = pair.To,
                        Multiplier = rate,
                    }),
            ],
        });

    // Rates of ordinary currencies agree with each other, but for a margin.
    private static readonly Gen<OrganizationConfig> OrdinaryOrganization =
        Gen.Select(Gen.Int[9_900, 10_100].Array[6], Gen.Int[0, 2]).Select((margins, billing) => Organization with
        {
            Currency = Codes[billing],
            CurrencyConversions =
            [
                .. Codes.SelectMany(from => Codes.Where(to => to != from).Select(to => (From: from, To: to)))
                    .Zip(margins, (pair, margin) => new CurrencyConversion
                    {
                        From = pair.From,
                        To = pair.To,
                        Multiplier = decimal.Round(
                            WorthOf(pair.From) / WorthOf(pair.To) * margin / 10_000m, 6, MidpointRounding.ToEven),
                    }),
            ],
        });

    private static readonly Gen<IReadOnlyList<Currency>> OrdinaryCurrencies =
        Gen.Int[0, 2].Array[3].Select(modes => (IReadOnlyList<Currency>)
        [
            .. Codes.Select((code, index) => new Currency
            {
                Id = code,
                Name = code,
                Code = code,
                MaxDecimalPlaces = code == "JPY" ? 0 : 2,
                RoundingMode = Nearest[modes[index]],
            }),
        ]);

    private static readonly Gen<IReadOnlyList<Currency>> AnyCurrencies =
        Gen.Select(Gen.Int[0, 5].Array[3], Gen.Int[0, 6].Array[3]).Select((places, modes) =>
            (IReadOnlyList<Currency>)
            [
                .. Codes.Select((code, index) => new Currency
                {
                    Id = code,
                    Name = code,
                    Code = code,
                    MaxDecimalPlaces = places[index],
                    RoundingMode = (RoundingMode)modes[index],
                }),
            ]);

    private static readonly Gen<AccountPlanTerms> AnyPlan = Gen.Select(
        Gen.Int[0, 50_000], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 9_999])
        .Select((charge, currency, product, price) => On(
            "2025-01-01",
            template: Template with { Currency = Codes[currency], StandingCharge = charge / 1000m },
            product: Product with { Id = $"product-{product}", Name = $"Product {product}" },
            pricings: Price($"0: 0 + 0.{price:0000}; 50: 1 + 0.0333")));

    private static readonly Gen<Commitment> AnyCommitment = Gen.Select(
        Gen.Int[0, 300], Gen.Int[1, 200], Gen.Int[1, 9_000_000], Gen.Int[0, 2], Gen.Int[-30, 30], Gen.Bool, Gen.Bool)
        .Select((start, days, amount, currency, percent, separates, isForUsage) => new Commitment
        {
            AccountId = Account.Id,
            StartDate = Date("2025-01-01").PlusDays(start),
            EndDate = Date("2025-01-01").PlusDays(start + days),
            Amount = amount / 1000m,
            Currency = Codes[currency],
            OverageSurchargePercent = separates ? null : percent,
            SeparateOverageUsage = separates,
            LineItemTypes = isForUsage ? [CommitmentLineItemType.Usage] : null,
        });

    private static readonly Gen<Balance> AnyBalance = Gen.Select(
        Gen.Int[0, 300], Gen.Int[1, 200], Gen.Int[0, 90], Gen.Int[0, 2], Gen.Int[0, 500])
        .Select((start, days, rollover, currency, cap) => new Balance
        {
            Code = "balance",
            Name = "balance",
            AccountId = Account.Id,
            StartDate = At("2025-01-01") + Duration.FromDays(start),
            EndDate = At("2025-01-01") + Duration.FromDays(start + days),
            RolloverEndDate = rollover == 0 ? null : At("2025-01-01") + Duration.FromDays(start + days + rollover),
            RolloverAmount = rollover == 0 || cap > 400 ? null : cap,
            Currency = Codes[currency],
        });

    private static readonly Gen<(int Day, int Amount)> AnyBooking = Gen.Select(Gen.Int[0, 364], Gen.Int[-400, 900]);

    private static readonly Gen<Year> AnyYear = Gen.Select(
        AnyOrganization, AnyCurrencies, AnyPlan.List[1, 3], AnyCommitment.List[0, 3],
        Gen.Select(AnyBalance, AnyBooking.List[0, 4]).List[0, 3])
        .Select((organization, currencies, plans, commitments, balances) => new Year(
            organization,
            currencies,
            [
                .. plans.Select((plan, index) => plan with
                {
                    AccountPlan = plan.AccountPlan with { Id = $"accountplan-{index}" },
                    Plan = plan.Plan with { Id = $"plan-{index}", Code = $"plan-{index}" },
                    Pricings = [.. plan.Pricings.Select(one => one with
                    {
                        Pricing = one.Pricing with { Id = $"pricing-{index}" },
                    })],
                }),
            ],
            [.. commitments.Select((one, index) => one with { Id = $"commitment-{index}" })],
            [.. balances.Select((one, index) => one.Item1 with { Id = $"balance-{index}" })],
            [.. balances.SelectMany((one, index) => BookingsOf($"balance-{index}", one.Item2))]));

    private static readonly Gen<(int Month, int Usage, bool IsDeleted)> AnyStep =
        Gen.Select(Gen.Int[2, 12], Gen.Int[0, 400], Gen.Int[0, 3])
            .Select((month, usage, kind) => (month, usage, kind == 0));

    [Fact]
    public void Draws_AnyOrderOfBills_NeverExceedWhatIsLeftAndBalance() =>
        Gen.Select(AnyYear, AnyStep.List[1, 12]).Sample((year, steps) =>
        {
            var ledger = new AccountLedger(year.Commitments, year.Balances, year.Transactions, []);
            foreach (var (month, usage, isDeleted) in steps)
            {
                var input = year.InputOf(month);
                var without = ledger.Without([BillCalculation.IdOf(input.OrganizationId, Account.Id, input.Run)]);
                if (isDeleted)
                {
                    ledger = without;
                    continue;
                }
                var finished = input.Bill(_ => usage, without);
                ledger = without.And(finished.Entries);
                if (!IsRight(finished, ledger, year)
                    || Json(finished.Bill) != Json(input.Bill(_ => usage, without).Bill))
                    return false;
            }
            return true;
        });

    [Fact]
    public void Draws_CreditThatSuffices_LeaveExactlyNothing() =>
        Gen.Select(
            AnyYear, OrdinaryOrganization, OrdinaryCurrencies, Gen.Int[0, 400], Gen.Int[0, 2])
        .Sample((any, organization, currencies, usage, currency) =>
        {
            var year = any with { Organization = organization, Currencies = currencies };
            var balance = new Balance
            {
                Id = "enough",
                Code = "enough",
                Name = "enough",
                AccountId = Account.Id,
                StartDate = At("2025-01-01"),
                EndDate = At("2026-01-01"),
                Currency = Codes[currency],
            };
            var credit = new BalanceTransaction
            {
                BalanceId = "enough",
                Amount = 1_000_000_000_000m,
                AppliedDate = At("2025-01-01"),
            };
            var input = (year with { Commitments = [], Balances = [balance] }).InputOf(6);
            return input.Bill(_ => usage, new AccountLedger([], [balance], [credit], [])).Bill.BillTotal == 0;
        });

    [Fact]
    public void Draws_InputsShuffled_AreTheSame() => Gen.Select(AnyYear, Gen.Int[0, 400]).Sample((year, usage) =>
    {
        var input = year.InputOf(6);
        var reversed = input.For(input.Terms with
        {
            Plans = [.. input.Terms.Plans.Reverse()],
            Commitments = [.. input.Terms.Commitments.Reverse()],
            Balances = [.. input.Terms.Balances.Reverse()],
        });
        var ledger = new AccountLedger(year.Commitments, year.Balances, year.Transactions, []);
        return Json(input.Bill(_ => usage, ledger).Bill) == Json(reversed.Bill(_ => usage, ledger).Bill);
    });

    private static bool IsRight(FinishedBill finished, AccountLedger ledger, Year year)
    {
        var spent = ledger.Entries.ToLookup(entry => entry.CreditId, entry => entry.Amount);
        var consumed = finished.Bill.LineItems
            .Where(line => line.LineItemType is LineItemType.CommitmentConsumed or LineItemType.BalanceConsumed)
            .ToLookup(line => line.CommitmentId ?? line.BalanceId!);
        // A discount on overage is rounded in the currency of the usage, which can be coarser than that of the bill.
        var rounding = finished.Bill.LineItems
            .Where(line => line is { LineItemType: LineItemType.OverageSurcharge, Subtotal: < 0 })
            .Sum(line => line.ConversionRate * CurrencyRounding.Of(
                year.Currencies.First(currency => currency.Code == line.Currency)).SmallestAmount);
        return finished.Bill.BillTotal >= -rounding
            && consumed.All(credit => credit.Sum(line => line.Subtotal) < 0) // nothing is covered for nothing
            && year.Commitments.All(one => spent[one.Id].Sum() <= one.Amount)
            && year.Balances.All(one => spent[one.Id].Sum() <= Math.Max(
                0, year.Transactions.Where(booked => booked.BalanceId == one.Id).Sum(booked => booked.Amount)))
            && year.Balances.All(one => one.RolloverAmount is not { } most
                || ledger.Entries.Where(entry => entry.CreditId == one.Id && entry.IsRollover)
                    .Sum(entry => entry.Amount) <= most)
            && year.Commitments.Select(one => one.Id).Concat(year.Balances.Select(one => one.Id)).All(id =>
                finished.Entries.Where(entry => entry.CreditId == id).Sum(entry => entry.Amount)
                == -consumed[id].Sum(line => line.Subtotal));
    }

    private static decimal WorthOf(string code) => code switch
    {
        "USD" => 1,
        "EUR" => 1.08m,
        _ => 0.0067m,
    };

    private static IEnumerable<BalanceTransaction> BookingsOf(
        string balanceId, IEnumerable<(int Day, int Amount)> booked) =>
        booked.Select(one => new BalanceTransaction
        {
            BalanceId = balanceId,
            Amount = one.Amount,
            AppliedDate = At("2025-01-01") + Duration.FromDays(one.Day),
        });

    private sealed record Year(
        OrganizationConfig Organization,
        IReadOnlyList<Currency> Currencies,
        IReadOnlyList<AccountPlanTerms> Plans,
        IReadOnlyList<Commitment> Commitments,
        IReadOnlyList<Balance> Balances,
        IReadOnlyList<BalanceTransaction> Transactions)
    {
        public BillInput InputOf(int month)
        {
            var input = Input($"2025-{month:00}-01", Plans);
            return input.For(input.Terms with { Commitments = Commitments, Balances = Balances }) with
            {
                Organization = Organization,
                Currencies = Currencies,
            };
        }
    }
}
