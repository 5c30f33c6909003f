using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>An account with its children, or an account without any, and which of them a run bills.</summary>
/// <param name="Members">The account and its children.</param>
/// <param name="Billed">Those that are billed.</param>
/// <param name="Place">Position of the account, before which the run continues.</param>
internal sealed record BilledFamily(IReadOnlyList<Account> Members, IReadOnlyList<Account> Billed, long Place);

/// <summary>Some families of a run.</summary>
/// <param name="Families">The families, newest first.</param>
/// <param name="Before">Position before which the next page begins; null if this is the last page.</param>
internal sealed record FamilyPage(IReadOnlyList<BilledFamily> Families, long? Before);

/// <summary>
/// Determines which accounts a run bills, hierarchy by hierarchy: the bills of a parent and of its children depend on
/// the usage of all of them.
/// </summary>
internal sealed class RunFamilies
{
    private readonly IReadOnlyList<string>? _rootIds;
    private readonly HashSet<string>? _billed;

    private RunFamilies(IReadOnlyList<string>? rootIds, HashSet<string>? billed, IReadOnlyList<string>? memberIds) =>
        (_rootIds, _billed, MemberIds) = (rootIds, billed, memberIds);

    /// <summary>UUIDs of all accounts whose terms are needed; null for all accounts of the organization.</summary>
    internal IReadOnlyList<string>? MemberIds { get; }

    /// <summary>Number of accounts to bill; null for all.</summary>
    internal int? Count => _billed?.Count;

    /// <summary>
    /// Determines the families of a run. An account whose charges appear on the bill of its parent has that bill
    /// calculated as well.
    /// </summary>
    /// <param name="related">Reads stored entities.</param>
    /// <param name="accountIds">UUIDs of the accounts to bill; null for all.</param>
    /// <param name="withParents">False to bill only these accounts.</param>
    internal static async ValueTask<RunFamilies> LoadAsync(
        ResourceReader related, IReadOnlyList<string>? accountIds, bool withParents)
    {
        if (accountIds is null)
            return new RunFamilies(null, null, null);
        var asked = await related.ListAsync<Account>(new Condition.In("id", accountIds));
        var rootIds = asked.Select(account => account.ParentAccountId ?? account.Id).Distinct().ToList();
        var members = await related.ListAsync<Account>(Condition.Or(
            new Condition.In("id", rootIds), new Condition.In("parent_account_id", rootIds)));
        var billed = accountIds.ToHashSet(StringComparer.Ordinal);
        if (withParents)
            billed.UnionWith(await ParentsOfAsync(related, asked));
        return new RunFamilies(rootIds, billed, [.. members.Select(account => account.Id)]);
    }

    /// <summary>Reads the next families.</summary>
    /// <param name="related">Reads from a consistent state of the store.</param>
    /// <param name="before">Position after which the families come; null for the first page.</param>
    /// <param name="limit">Number of accounts to read, not counting children.</param>
    internal async ValueTask<FamilyPage> PageAsync(ResourceReader related, long? before, int limit)
    {
        var page = await related.PageAsync<Account>(
            _rootIds is null ? null : new Condition.In("id", _rootIds), limit, before: before);
        var roots = page.Where(one => one.Entity.ParentAccountId is null).ToList();
        var children = (await related.ListAsync<Account>(new Condition.In(
            "parent_account_id", [.. roots.Select(root => root.Entity.Id)])))
            .ToLookup(child => child.ParentAccountId!, StringComparer.Ordinal);
        return new FamilyPage(
        [
            .. roots.Select(root =>
            {
                List<Account> members = [root.Entity, .. children[root.Entity.Id]];
                return new BilledFamily(
                    members, [.. members.Where(member => _billed?.Contains(member.Id) ?? true)], root.Place);
            }),
        ], page.Count == limit ? page[^1].Place : null);
    }

    /// <summary>Divides families into groups of at most so many accounts, or one family.</summary>
    internal static IEnumerable<IReadOnlyList<BilledFamily>> InGroups(
        IReadOnlyList<BilledFamily> families, int accounts)
    {
        var (group, members) = (new List<BilledFamily>(), 0);
        foreach (var family in families)
        {
            if (group.Count > 0 && members + family.Members.Count > accounts)
            {
                yield return group;
                (group, members) = ([], 0);
            }
            group.Add(family);
            members += family.Members.Count;
        }
        if (group.Count > 0)
            yield return group;
    }

    private static async ValueTask<IEnumerable<string>> ParentsOfAsync(
        ResourceReader related, IReadOnlyList<Account> asked)
    {
        var children = asked.Where(account => account.ParentAccountId is not null).ToList();
        if (children.Count == 0)
            return [];
        var plans = (await related.ListAsync<AccountPlan>(new Condition.In(
            "account_id", [.. children.SelectMany(child => new[] { child.Id, child.ParentAccountId! }).Distinct()])))
            .Where(plan => plan.ChildBillingMode != ChildBillingMode.Child)
            .Select(plan => plan.AccountId).ToHashSet(StringComparer.Ordinal);
        plans.UnionWith((await related.ListAsync<Commitment>(new Condition.In(
            "account_id", [.. children.Select(child => child.Id)])))
            .Where(RouteCommitments.IsOnParentsBill).Select(commitment => commitment.AccountId));
        return children.Where(child => plans.Contains(child.Id) || plans.Contains(child.ParentAccountId!))
            .Select(child => child.ParentAccountId!);
    }
}
