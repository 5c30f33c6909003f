using System.Text.Json.Nodes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;

namespace Tallystick.Billing.Accounts;

/// <summary>Adds the account code to events of entities that belong to an account.</summary>
public sealed class AccountCodes : IEventDetail
{
    /// <inheritdoc/>
    public async ValueTask AddAsync(JsonObject entity, IResourceReader related)
    {
        if ((string?)entity["accountId"] is { } account && await related.FindAsync<Account>(account) is { } owner)
            entity["accountCode"] = owner.Code;
    }
}
