using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using static Tallystick.Billing.Tests.Scenario;
using BillCreditType = Tallystick.Billing.Accounts.BillCreditType;

namespace Tallystick.Billing.Tests;

/// <summary>The commitments and balances of a story.</summary>
internal sealed partial class BillStory
{
    private readonly List<Commitment> _commitments = [];
    private readonly Dictionary<string, List<Commitment>> _childCommitments = [];
    private readonly List<Balance> _balances = [];
    private readonly List<BalanceTransaction> _transactions = [];
    private readonly List<LedgerEntry> _entries = [];
    private List<Commitment> _paying = [];

    /// <summary>
    /// One statement about credits.
    /// <code>
    /// commitment prepaid  from 2025-01-01  to 2026-01-01  amount 5000  # also: currency, paid, first, plan, every,
    ///                                                     # offset, epoch, timing, types, products, percent,
    ///                                                     # separate, mode, of (a child)
    /// fee        prepaid  on 2025-03-01  amount 1250  from 2025-03-01  to 2025-06-01
    /// balance    bonus    from 2025-01-01  to 2025-07-01  # also: currency, types, products, rollover, until, percent,
    ///                                                     # overdraft, accounting
    /// credit     bonus    on 2025-01-01  amount 30        # negative: a debit
    /// drawn      prepaid  amount 4750                     # by other bills; also: rollover
    /// </code>
    /// </summary>
    private void TakeCredit(string keyword, string name, Settings settings)
    {
        switch (keyword)
        {
            case "commitment":
                _paying = settings.Text("of") is { } child ? _childCommitments[child] : _commitments;
                _paying.RemoveAll(one => one.Id == name);    // a new statement about it replaces the former
                _paying.Add(CommitmentOf(name, settings));
                break;
            case "fee":
                var fee = new CommitmentFee
                {
                    Date = settings.Date("on")!.Value,
                    Amount = settings.Number("amount")!.Value,
                    ServicePeriodStartDate = At(settings.Text("from")!),
                    ServicePeriodEndDate = At(settings.Text("to")!),
                };
                _paying[^1] = _paying[^1] with { FeeDates = [.. _paying[^1].FeeDates ?? [], fee] };
                break;
            case "balance":
                _balances.Add(BalanceOf(name, settings));
                break;
            case "credit":
                _transactions.Add(new BalanceTransaction
                {
                    Id = $"transaction-{_transactions.Count}",
                    BalanceId = name,
                    Amount = settings.Number("amount")!.Value,
                    AppliedDate = At(settings.Text("on")!),
                });
                break;
            default:
                _entries.Add(new LedgerEntry(
                    "other", _balances.Any(balance => balance.Id == name) ? CreditKind.Balance : CreditKind.Commitment,
                    name, settings.Text("rollover") == "yes", settings.Number("amount")!.Value));
                break;
        }
    }

    private AccountTerms CreditTerms(AccountTerms terms) => terms with
    {
        Commitments = [.. _commitments, .. terms.Commitments],
        Balances = _balances,
        BillingPlans = _plans.DistinctBy(plan => plan.Plan.Id)
            .ToDictionary(plan => plan.Plan.Id, plan => plan.Template),
    };

    private AccountLedger Ledger() => new(
        _commitments.Concat(_childCommitments.Values.SelectMany(some => some)), _balances, _transactions, _entries);

    private static BillCreditType OrderOf(string word) => Enum.Parse<BillCreditType>(word, ignoreCase: true);

    private static Commitment CommitmentOf(string name, Settings settings) => new()
    {
        Id = name,
        AccountId = Account.Id,
        StartDate = settings.Date("from")!.Value,
        EndDate = settings.Date("to")!.Value,
        Currency = settings.Text("currency") ?? "USD",
        Amount = settings.Number("amount")!.Value,
        AmountPrePaid = settings.Number("paid"),
        AmountFirstBill = settings.Number("first"),
        BillingPlanId = settings.Text("plan") is { } plan ? "plan-" + plan : null,
        BillingInterval = settings.Whole("every"),
        BillingOffset = settings.Whole("offset"),
        BillEpoch = settings.Date("epoch"),
        CommitmentFeeBillInAdvance = settings.Text("timing") is { } timing ? timing == "advance" : null,
        LineItemTypes = TypesOf<CommitmentLineItemType>(settings),
        ProductIds = ProductsOf(settings),
        OverageSurchargePercent = settings.Number("percent"),
        SeparateOverageUsage = settings.Text("separate") == "yes",
        ContractId = settings.Text("contract"),
        ChildBillingMode = ModeOf(settings),
    };

    private static Balance BalanceOf(string name, Settings settings) => new()
    {
        Id = name,
        Code = name,
        Name = name,
        AccountId = Account.Id,
        StartDate = At(settings.Text("from")!),
        EndDate = At(settings.Text("to")!),
        Currency = settings.Text("currency") ?? "USD",
        LineItemTypes = TypesOf<BalanceLineItemType>(settings),
        ProductIds = ProductsOf(settings),
        RolloverAmount = settings.Number("rollover"),
        RolloverEndDate = settings.Text("until") is { } until ? At(until) : null,
        OverageSurchargePercent = settings.Number("percent"),
        ConsumptionsAccountingProductId = settings.Text("accounting"),
        AllowOverdraft = settings.Text("overdraft") == "yes",
        ContractId = settings.Text("contract"),
    };

    private static List<string>? ProductsOf(Settings settings) =>
        settings.Text("products")?.Split(',').Select(name => "product-" + name).ToList();

    private static List<T>? TypesOf<T>(Settings settings) where T : struct, Enum => settings.Text("types")?.Split(',')
        .Select(type => Enum.Parse<T>(type.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)).ToList();
}
