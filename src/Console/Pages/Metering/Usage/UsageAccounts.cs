using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>The accounts of a usage query: people write codes, and the API takes ids.</summary>
internal static class UsageAccounts
{
    private const int MaxAccounts = 200;

    /// <summary>The ids of accounts, and the codes that no account has. Null for all accounts.</summary>
    internal static async Task<(IReadOnlyList<string>? Ids, IReadOnlyList<string> Unknown)> IdsOfAsync(
        OrganizationApi api, IReadOnlyList<string> codes)
    {
        if (codes.Count == 0)
            return (null, []);
        var asked = codes.Take(MaxAccounts).ToList();
        var found = await api.Client.Accounts.ListAsync(codes: asked).ToListAsync(api.Cancelled);
        return ([.. found.Select(one => one.Id)], [.. asked.Except(found.Select(one => one.Code).OfType<string>())]);
    }

    /// <summary>The codes of accounts.</summary>
    internal static async Task<IReadOnlyList<string>> CodesOfAsync(OrganizationApi api, IReadOnlyList<string>? ids)
    {
        if (ids is not { Count: > 0 } || !await api.MayAsync("GET accounts"))
            return ids ?? [];
        var found = await api.Client.Accounts.ListAsync(ids: ids.Take(MaxAccounts)).ToListAsync(api.Cancelled);
        return [.. found.Select(one => one.Code)];
    }
}
