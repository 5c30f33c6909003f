using System.Text.Json.Nodes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;

namespace Tallystick.Billing.Accounts;

/// <summary>Adds the code of the account to events of what belongs to one.</summary>
public sealed class AccountCodes : IEventDetail
{
    /// <inheritdoc/>
    public async ValueTask AddAsync(JsonObject entity, IResourceReader related)
    {
        if ((string?)entity["accountId"] is { } account && await related.FindAsync<Account>(account) is { } owner)
            entity["accountCode"] = owner.Code;
    }
}
