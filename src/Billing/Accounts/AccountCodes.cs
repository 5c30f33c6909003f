using System.Text.Json;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;

namespace Tallystick.Billing.Accounts;

/// <summary>Adds the account code to events of entities that belong to an account.</summary>
public sealed class AccountCodes : IEventDetail
{
    /// <inheritdoc/>
    public JsonEncodedText Name { get; } = JsonEncodedText.Encode("accountCode");

    /// <inheritdoc/>
    public async ValueTask<string?> OfAsync(string? accountId, IResourceReader related) =>
        accountId is null ? null : (await related.FindAsync<Account>(accountId))?.Code;
}
