using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Pages.Accounts;

/// <summary>What the forms of an account offer: only what it could use.</summary>
internal static class AccountChoices
{
    // More is not a choice any more.
    private const int Max = 500;

    internal static IReadOnlyList<Option> ChildBilling { get; } =
        Option.Of("PARENT_SUMMARY", "PARENT_BREAKDOWN", "CHILD");

    internal static IReadOnlyList<Option> LineItems { get; } = Option.Of(
        "STANDING_CHARGE", "USAGE", "MINIMUM_SPEND", "COUNTER_RUNNING_TOTAL_CHARGE", "COUNTER_ADJUSTMENT_DEBIT");

    internal static IReadOnlyList<Option> Frequencies { get; } = Option.Of("DAILY", "WEEKLY", "MONTHLY", "ANNUALLY");

    internal static Task<IReadOnlyList<Option>> CurrenciesAsync(OrganizationApi api) => ReadAsync(
        api, "GET picklists/currency", api.Client.Currencies.ListAsync(archived: false),
        one => one.Code is { } code ? new Option(code, $"{code} {one.Name}") : null);

    internal static Task<IReadOnlyList<Option>> TransactionTypesAsync(OrganizationApi api) => ReadAsync(
        api, "GET picklists/transactiontypes", api.Client.TransactionTypes.ListAsync(archived: false),
        one => new Option(one.Id, one.Name));

    internal static Task<IReadOnlyList<Option>> BillGroupingKeysAsync(OrganizationApi api) => ReadAsync(
        api, "GET picklists/billgroupingkeys", api.Client.BillGroupingKeys.ListAsync(archived: false),
        one => new Option(one.Id, one.Name));

    internal static Task<IReadOnlyList<Option>> ContractsAsync(OrganizationApi api, string accountId) => ReadAsync(
        api, "GET contracts", api.Client.Contracts.ListAsync(accountId: accountId),
        one => new Option(one.Id, one.Name));

    internal static Task<IReadOnlyList<Option>> BalancesAsync(OrganizationApi api, string accountId) => ReadAsync(
        api, "GET balances", api.Client.Balances.ListAsync(accountId: accountId),
        one => new Option(one.Id, $"{one.Name} ({one.Currency})"));

    /// <summary>Plans for everybody and those for this account alone.</summary>
    internal static Task<IReadOnlyList<Option>> PlansAsync(OrganizationApi api, string accountId) => ReadAsync(
        api, "GET plans", api.Client.Plans.ListAsync(),
        one => one.AccountId is null || one.AccountId == accountId
            ? new Option(one.Id, $"{one.Name} ({one.Code})") : null);

    /// <summary>Plan groups for everybody and those for this account alone.</summary>
    internal static Task<IReadOnlyList<Option>> PlanGroupsAsync(OrganizationApi api, string accountId) => ReadAsync(
        api, "GET plangroups", api.Client.PlanGroups.ListAsync(),
        one => one.AccountId is null || one.AccountId == accountId ? new Option(one.Id, one.Name) : null);

    private static async Task<IReadOnlyList<Option>> ReadAsync<T>(
        OrganizationApi api, string operation, PagedList<T> list, Func<T, Option?> read)
    {
        if (!await api.MayAsync(operation))
            return [];
        var found = await list.Take(Max).ToListAsync(api.Cancelled);
        return [.. found.Select(read).OfType<Option>().OrderBy(one => one.Text, StringComparer.OrdinalIgnoreCase)];
    }
}
