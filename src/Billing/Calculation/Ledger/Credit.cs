using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Currencies;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// A commitment or a balance as charges see it. The rollover of a balance is a credit of its own, with its own time.
/// </summary>
internal sealed record Credit
{
    /// <summary>Whether it is a commitment or a balance.</summary>
    public required CreditKind Kind { get; init; }

    /// <summary>UUID of the commitment or balance.</summary>
    public required string Id { get; init; }

    /// <summary>How messages name it.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is the rollover of a balance.</summary>
    public bool IsRollover { get; init; }

    /// <summary>Code of its currency.</summary>
    public required string Currency { get; init; }

    /// <summary>Whether it holds free units of usage instead of money.</summary>
    public bool IsGrant { get; init; }

    /// <summary>Charges for this time can draw on it.</summary>
    public required Window Window { get; init; }

    /// <summary>The types of charges that can draw on it; null for all.</summary>
    public IReadOnlySet<LineItemType>? Types { get; init; }

    /// <summary>UUIDs of the products whose charges can draw on it; null for all.</summary>
    public IReadOnlySet<string>? ProductIds { get; init; }

    /// <summary>UUID of its contract; null if charges of any contract, or of none, can draw on it.</summary>
    public string? ContractId { get; init; }

    /// <summary>Description of its lines.</summary>
    public required string Description { get; init; }

    /// <summary>UUID of the product to which draws are attributed; null for none.</summary>
    public string? DrawsAccountingProductId { get; init; }

    /// <summary>The surcharge in percent for usage beyond it; null or 0 for none.</summary>
    public decimal? OveragePercent { get; init; }

    /// <summary>Whether usage beyond it is a line of its own, whether or not the pricing has overage bands.</summary>
    public bool SeparatesOverage { get; init; }

    /// <summary>Description of lines for usage beyond it; null for the default.</summary>
    public string? OverageDescription { get; init; }

    /// <summary>
    /// Usage in this time and beyond what is left is overage. For a balance, the rollover is included.
    /// </summary>
    public required Window OverageWindow { get; init; }

    /// <summary>The child whose charges alone can draw on it; null if those of all accounts can.</summary>
    public Account? Owner { get; init; }

    /// <summary>Whether its lines name the account that they belong to.</summary>
    public bool IsPerAccount { get; init; }

    /// <summary>Whether a charge can draw on it, if its time fits.</summary>
    public bool Admits(Line line) => Admits(line.Type, line.Source.Product?.Id, line.Source.ContractId)
        && (Owner is not { } owner || line.Source.Child?.Id == owner.Id
            || line.Parts?.Any(part => part.Source.Child?.Id == owner.Id) == true);

    /// <summary>Whether a type of charge for a product and contract can draw on it, if its time fits.</summary>
    public bool Admits(LineItemType type, string? productId, string? contractId) =>
        (Types?.Contains(ChargeTypeOf(type)) ?? IsDrawable(type))
        && (ProductIds is null || (productId is not null && ProductIds.Contains(productId)))
        && (ContractId is null || contractId == ContractId);

    /// <summary>Whether charges of a type can draw on any commitment or balance.</summary>
    public static bool IsDrawable(LineItemType type) => RankOf(type) is not null;

    /// <summary>The order in which types of charges draw; null if they cannot.</summary>
    public static int? RankOf(LineItemType type) => type switch
    {
        LineItemType.StandingCharge => 0,
        LineItemType.CounterRunningTotalCharge => 1,
        LineItemType.CounterAdjustmentDebit => 2,
        LineItemType.Usage => 3,
        LineItemType.OverageUsage => 4,
        LineItemType.MinimumSpend => 5,
        LineItemType.AdHoc => 6,
        _ => null,
    };

    /// <summary>
    /// The credits of an account, of the kinds that are applied, in the order in which charges draw on them: by kind as
    /// configured, then by end, start and creation. In a hierarchy of accounts, commitments are always first.
    /// </summary>
    public static IReadOnlyList<Credit> InOrder(
        AccountTerms terms, BillSettings settings, IReadOnlyList<Currency> currencies)
    {
        var units = currencies.Where(currency => currency.CountsUnits is true).Select(currency => currency.Code);
        BillCreditType[] fixedOrder = [BillCreditType.Prepayment, BillCreditType.Balance];
        var isHierarchy = terms.Family is not null;
        var order = isHierarchy
            ? fixedOrder
            : Given(terms.Account.CreditApplicationOrder)
                ?? Given(settings.Organization.CreditApplicationOrder)
                ?? fixedOrder;
        var commitments = terms.BilledCommitments
            .OrderBy(one => one.Commitment.EndDate).ThenBy(one => one.Commitment.StartDate)
            .ThenBy(one => one.Commitment.DtCreated).ThenBy(one => one.Commitment.Id, StringComparer.Ordinal)
            .Select(one => Of(one.Commitment, settings.Zone) with
            {
                Owner = one.Child,
                IsPerAccount = one.IsPerAccount,
            });
        var balances = terms.Balances
            .SelectMany(one => Of(one, units.Contains(one.Currency)).Select(credit => (Balance: one, Credit: credit)))
            .OrderBy(one => one.Credit.Window.End).ThenBy(one => one.Credit.Window.Start)
            .ThenBy(one => one.Balance.DtCreated).ThenBy(one => one.Balance.Id, StringComparer.Ordinal)
            .Select(one => one.Credit);
        return
        [
            .. order.SelectMany(type => type switch
            {
                BillCreditType.Prepayment => commitments,
                BillCreditType.Balance => balances,
            }),
        ];
    }

    /// <summary>The source of its lines for a product.</summary>
    /// <param name="product">The product; null for none.</param>
    /// <param name="currency">Code of the currency of the line.</param>
    public LineSource SourceFor(Product? product, string currency) => new()
    {
        Child = IsPerAccount ? Owner : null,
        Name = Name,
        EntityId = Id,
        Currency = currency,
        Product = product,
        ContractId = ContractId,
        CommitmentId = Kind == CreditKind.Commitment ? Id : null,
        BalanceId = Kind == CreditKind.Balance ? Id : null,
    };

    private static Credit Of(Commitment commitment, DateTimeZone zone) => new()
    {
        OverageWindow = new DatePeriod(commitment.StartDate, commitment.EndDate).In(zone),
        Kind = CreditKind.Commitment,
        Id = commitment.Id,
        Name = $"commitment {commitment.Id}",
        Currency = commitment.Currency,
        Window = new DatePeriod(commitment.StartDate, commitment.EndDate).In(zone),
        // Without types, all types that a commitment can name; ad hoc charges are not among them.
        Types = (commitment.LineItemTypes is { Count: > 0 } types ? types : Enum.GetValues<CommitmentLineItemType>())
            .Select(TypeOf).ToHashSet(),
        ProductIds = Named(commitment.ProductIds),
        ContractId = commitment.ContractId,
        Description = Given(commitment.CommitmentUsageDescription) ?? "Prepayment consumed",
        DrawsAccountingProductId = commitment.DrawdownsAccountingProductId ?? commitment.AccountingProductId,
        OveragePercent = commitment.OverageSurchargePercent,
        SeparatesOverage = commitment.SeparateOverageUsage is true,
        OverageDescription = Given(commitment.OverageDescription),
    };

    private static IEnumerable<Credit> Of(Balance balance, bool isGrant)
    {
        var credit = new Credit
        {
            Kind = CreditKind.Balance,
            Id = balance.Id,
            Name = $"balance {balance.Code}",
            Currency = balance.Currency,
            IsGrant = isGrant,
            Window = new Window(balance.StartDate, balance.EndDate),
            OverageWindow = new Window(balance.StartDate, balance.RolloverEndDate ?? balance.EndDate),
            Types = balance.LineItemTypes is { Count: > 0 } types ? types.Select(TypeOf).ToHashSet() : null,
            ProductIds = Named(balance.ProductIds),
            ContractId = balance.ContractId,
            Description = Given(balance.BalanceDrawDownDescription) ?? "Balance consumed",
            DrawsAccountingProductId = balance.ConsumptionsAccountingProductId,
            OveragePercent = balance.OverageSurchargePercent,
            OverageDescription = Given(balance.OverageDescription),
        };
        yield return credit;
        if (balance.RolloverEndDate is { } end)
            yield return credit with { IsRollover = true, Window = new Window(balance.EndDate, end) };
    }

    /// <summary>Usage beyond a commitment is still usage for a balance.</summary>
    private static LineItemType ChargeTypeOf(LineItemType type) =>
        type == LineItemType.OverageUsage ? LineItemType.Usage : type;

    private static LineItemType TypeOf(CommitmentLineItemType type) => type switch
    {
        CommitmentLineItemType.StandingCharge => LineItemType.StandingCharge,
        CommitmentLineItemType.Usage => LineItemType.Usage,
        CommitmentLineItemType.MinimumSpend => LineItemType.MinimumSpend,
        CommitmentLineItemType.CounterRunningTotalCharge => LineItemType.CounterRunningTotalCharge,
        CommitmentLineItemType.CounterAdjustmentDebit => LineItemType.CounterAdjustmentDebit,
    };

    private static LineItemType TypeOf(BalanceLineItemType type) => type switch
    {
        BalanceLineItemType.StandingCharge => LineItemType.StandingCharge,
        BalanceLineItemType.Usage => LineItemType.Usage,
        BalanceLineItemType.MinimumSpend => LineItemType.MinimumSpend,
        BalanceLineItemType.CounterRunningTotalCharge => LineItemType.CounterRunningTotalCharge,
        BalanceLineItemType.CounterAdjustmentDebit => LineItemType.CounterAdjustmentDebit,
        BalanceLineItemType.AdHoc => LineItemType.AdHoc,
    };

    private static HashSet<string>? Named(IReadOnlyList<string>? ids) =>
        ids is { Count: > 0 } ? ids.ToHashSet(StringComparer.Ordinal) : null;

    private static IReadOnlyList<BillCreditType>? Given(IReadOnlyList<BillCreditType>? order) =>
        order is { Count: > 0 } ? order : null;

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
