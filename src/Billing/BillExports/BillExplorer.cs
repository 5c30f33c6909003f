using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillExports;

/// <summary>Which line items to explore.</summary>
/// <param name="Start">Bills dated on or after this date.</param>
/// <param name="End">Bills dated before this date.</param>
/// <param name="Types">Types of the line items.</param>
/// <param name="Accounts">Ids, codes or names of the accounts; null for all.</param>
/// <param name="ProductNames">Names of the products; null for all.</param>
/// <param name="Limit">Maximum number of line items.</param>
public sealed record BillExploration(
    LocalDate Start,
    LocalDate End,
    IReadOnlySet<LineItemType> Types,
    IReadOnlyList<string>? Accounts,
    IReadOnlySet<string>? ProductNames,
    int Limit);

/// <summary>A line item with its bill and the accounts concerned.</summary>
/// <param name="Bill">The bill.</param>
/// <param name="Line">The line item.</param>
/// <param name="Account">The account of the bill; null if the caller may not see it.</param>
/// <param name="Parent">The parent of the account; null if there is none or the caller may not see it.</param>
public sealed record ExploredLine(Bill Bill, BillLineItem Line, Account? Account, Account? Parent);

/// <summary>Finds line items across bills, a few bills at a time.</summary>
public sealed class BillExplorer(ResourceService resources)
{
    private const int BillsAtATime = 100;

    // Names of accounts are not unique.
    private const int MaxAccounts = 1000;

    /// <summary>The line items, of the newest bills first.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="asked">Which line items.</param>
    /// <param name="bills">Selects the bills that the caller may see.</param>
    /// <param name="accounts">Selects the accounts that the caller may see.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<IReadOnlyList<ExploredLine>> FindAsync(
        string organizationId, BillExploration asked, Condition bills, Condition accounts,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var condition = Condition.And(
            bills,
            new Condition.Compare("bill_date", Comparison.GreaterOrEqual, InstantText.Write(asked.Start)),
            new Condition.Compare("bill_date", Comparison.Less, InstantText.Write(asked.End)),
            Condition.Or([.. asked.Types.Select(type => BillResource.HasLineItem(JsonFormat.Name(type)))]),
            asked.Accounts is { } names ? await OfAccountsAsync(names, accounts, related) : Condition.And());
        var found = new List<ExploredLine>();
        for (long? before = null; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await related.PageAsync<Bill>(condition, BillsAtATime, before: before);
            var lines = page.SelectMany(one => (one.Entity.LineItems ?? []).Select(line => (Bill: one.Entity, line)))
                .Where(one => asked.Types.Contains(one.line.LineItemType)
                    && (asked.ProductNames is null || asked.ProductNames.Contains(one.line.ProductName ?? "")))
                .Take(asked.Limit - found.Count).ToList();
            found.AddRange(await WithAccountsAsync(lines, accounts, related));
            if (page.Count < BillsAtATime || found.Count == asked.Limit)
                return found;
            before = page[^1].Place;
        }
    }

    private static async ValueTask<Condition> OfAccountsAsync(
        IReadOnlyList<string> names, Condition visible, ResourceReader related)
    {
        var named = Condition.Or(
            new Condition.In("id", names), new Condition.In("code", names), new Condition.In("name", names));
        var found = await related.ListAsync<Account>(Condition.And(visible, named), MaxAccounts);
        return new Condition.In("account_id", [.. found.Select(account => account.Id)]);
    }

    private static async ValueTask<IReadOnlyList<ExploredLine>> WithAccountsAsync(
        IReadOnlyList<(Bill Bill, BillLineItem Line)> lines, Condition visible, ResourceReader related)
    {
        var accounts = await FindAsync(lines.Select(one => one.Bill.AccountId), visible, related);
        var parents = await FindAsync(
            accounts.Values.Select(account => account.ParentAccountId).OfType<string>(), visible, related);
        return
        [
            .. lines.Select(one =>
            {
                var account = accounts.GetValueOrDefault(one.Bill.AccountId);
                return new ExploredLine(
                    one.Bill, one.Line, account, parents.GetValueOrDefault(account?.ParentAccountId ?? ""));
            }),
        ];
    }

    private static async ValueTask<Dictionary<string, Account>> FindAsync(
        IEnumerable<string> ids, Condition visible, IResourceReader related) =>
        (await related.ListAsync<Account>(Condition.And(new Condition.In("id", [.. ids.Distinct()]), visible)))
            .ToDictionary(account => account.Id, StringComparer.Ordinal);
}
