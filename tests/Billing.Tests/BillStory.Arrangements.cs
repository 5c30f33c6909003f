using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Statements about charges, contracts and hierarchies:
/// <code>
/// organization consolidate yes  suppress empty
/// contract gold   from 2026-01-01  to 2027-01-01  order PO-7  limits yes  key separate  include site=UK,DE
///                                                      # also: exclude
/// plan     basic  from 2026-01-01  contract gold  mode child     # mode: breakdown, summary
/// charge   setup  amount 120  date 2026-03-01          # or: units, price; also: from, to, contract, on (bill),
///                                                      # balance (a fee of it)
/// child    uk                                          # the plans that follow are those of this child
/// usage    calls  2026-03-02  900  account uk  site UK
/// bill     2026-04-01  of uk                           # also: frequency, key
/// </code>
/// </summary>
internal sealed partial class BillStory
{
    private readonly Dictionary<string, Contract> _contracts = [];
    private readonly List<Charge> _charges = [];
    private readonly Dictionary<string, List<AccountPlanTerms>> _children = [];
    private string? _child;
    private Settings _billed = [];

    private List<AccountPlanTerms> Plans => _child is null ? _plans : _children[_child];

    private void TakeArrangement(string keyword, string[] words)
    {
        switch (keyword)
        {
            case "contract":
                TakeContract(words[0], Pairs(words[1..]));
                break;
            case "charge":
                TakeCharge(words[0], Pairs(words[1..]));
                break;
            case "child":
                _children.Add(_child = words.Single(), []);
                _childCommitments.Add(_child, []);
                break;
            default:
                throw new FormatException($"'{keyword}' is no statement of a bill story.");
        }
    }

    private void TakeContract(string code, Settings settings) => _contracts.Add(code, new Contract
    {
        Id = "contract-" + code,
        Code = code,
        Name = code,
        AccountId = _account.Id,
        StartDate = settings.Date("from")!.Value,
        EndDate = settings.Date("to")!.Value,
        PurchaseOrderNumber = settings.Text("order"),
        ApplyContractPeriodLimits = settings.Is("limits"),
        BillGroupingKeyId = settings.Text("key"),
        UsageFilters =
        [
            .. FiltersOf(settings.Text("include"), UsageFilterMode.Include),
            .. FiltersOf(settings.Text("exclude"), UsageFilterMode.Exclude),
        ],
    });

    // "site=UK,DE;plan=gold" is three filters.
    private static IEnumerable<UsageFilter> FiltersOf(string? text, UsageFilterMode mode) =>
        from field in (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
        let parts = field.Split('=')
        from value in parts[1].Split(',')
        select new UsageFilter { DimensionCode = parts[0], Value = value, Mode = mode };

    private void TakeCharge(string code, Settings settings) => _charges.Add(new Charge
    {
        Id = "charge-" + code,
        Code = code,
        Name = code,
        AccountId = _account.Id,
        Currency = settings.Text("currency") ?? "USD",
        EntityType = settings.Text("balance") is null ? ChargeEntityType.AdHoc : ChargeEntityType.Balance,
        LineItemType = settings.Text("balance") is null ? ChargeLineItemType.AdHoc : ChargeLineItemType.BalanceFee,
        EntityId = settings.Text("balance"),
        Amount = settings.Number("amount"),
        Units = settings.Number("units"),
        UnitPrice = settings.Number("price"),
        BillDate = settings.Date("date"),
        ServicePeriodStartDate = At(settings.Text("from") ?? settings.Text("date")!),
        ServicePeriodEndDate = At(settings.Text("to") ?? settings.Text("date")!),
        ContractId = settings.Text("contract") is { } contract ? "contract-" + contract : null,
        BillId = settings.Text("on"),
    });

    private AccountPlanTerms Arranged(AccountPlanTerms terms, Settings settings)
    {
        var contract = settings.Text("contract") is { } code ? _contracts[code] : null;
        return terms with
        {
            Contract = contract,
            AccountPlan = terms.AccountPlan with
            {
                Id = _child is null ? terms.AccountPlan.Id : $"{terms.AccountPlan.Id}-{_child}",
                ContractId = contract?.Id,
                ChildBillingMode = ModeOf(settings),
            },
        };
    }

    private static ChildBillingMode? ModeOf(Settings settings) => settings.Text("mode") switch
    {
        null => null,
        "child" => ChildBillingMode.Child,
        "summary" => ChildBillingMode.ParentSummary,
        "breakdown" => ChildBillingMode.ParentBreakdown,
        var other => throw new FormatException($"'{other}' is no mode of a plan or commitment."),
    };

    private AccountTerms Terms()
    {
        var parent = new AccountTerms(_account, _plans)
        {
            GroupPlans = [.. _groups.Values],
            CounterAdjustments = _adjustments,
            Charges = _charges,
            Contracts = [.. _contracts.Values],
            StoredBills = _stored,
        };
        if (_children.Count == 0)
            return parent;
        var family = new FamilyTerms(parent, [.. _children.Select(child => new AccountTerms(
            _account with { Id = "account-" + child.Key, Code = child.Key, ParentAccountId = _account.Id },
            child.Value)
        {
            Commitments = _childCommitments[child.Key],
            BillingPlans = child.Value.DistinctBy(plan => plan.Plan.Id)
                .ToDictionary(plan => plan.Plan.Id, plan => plan.Template),
        })]);
        var billed = _billed.Text("of") is { } code
            ? family.Children.Single(child => child.Account.Code == code) : parent;
        return billed with { Family = family, StoredBills = _stored };
    }

    private BillRun Run(BillRun run)
    {
        var isMixed = _organization.ConsolidateBills == true;
        return run with
        {
            BillDate = _billDate,
            GroupingKeyId = _billed.Text("key"),
            Frequency = isMixed
                ? BillingFrequency.Mixed : _billed.Choice<BillingFrequency>("frequency") ?? run.Frequency,
            Interval = isMixed ? 1 : _billed.Whole("interval") ?? run.Interval,
        };
    }

    private bool IsIn(UsageNeed need, MeasuredQuantity usage)
    {
        var account = usage.Settings.Text("account") is { } code ? "account-" + code : _account.Id;
        return need.Further.Prepend(new UsagePart(need.AccountId, need.AccountCode, need.Window)).Any(part =>
                part.AccountId == account && part.Window.Start <= usage.At && usage.At < part.Window.End)
            && need.Filters.Where(filter => filter.Mode == UsageFilterMode.Include)
                .GroupBy(filter => filter.DimensionCode)
                .All(field => field.Any(filter => usage.Settings.Text(field.Key) == filter.Value))
            && !need.Filters.Any(filter => filter.Mode == UsageFilterMode.Exclude
                && usage.Settings.Text(filter.DimensionCode) == filter.Value);
    }

    private sealed record MeasuredQuantity(string Measure, Instant At, decimal Quantity, Settings Settings)
    {
        public string? Segment => Settings.Text("segment");
    }
}
