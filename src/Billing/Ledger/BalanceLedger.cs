using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ledger;

/// <summary>The transactions of balances: they are added, and never changed.</summary>
public sealed class BalanceLedger(ResourceService resources)
{
    /// <summary>A balance.</summary>
    /// <exception cref="NotFoundException">There is no such balance.</exception>
    public async ValueTask<Balance> FindAsync(
        string organizationId, string balanceId, CancellationToken cancellationToken) =>
        await resources.Reader(organizationId, cancellationToken).FindAsync<Balance>(balanceId)
            ?? throw ResourceService.NotFound(BalanceResource.Definition, balanceId);

    /// <summary>Adds a transaction that a caller asks for. Without a date it applies from now on.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">Who adds it, for the audit fields.</param>
    /// <param name="caller">What the caller may do.</param>
    /// <param name="asked">The transaction, with the UUID of its balance.</param>
    /// <param name="callerId">UUID of the caller.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<BalanceTransaction> AddAsync(
        string organizationId, string principal, IVisibility caller, BalanceTransaction asked, string callerId,
        CancellationToken cancellationToken) =>
        (BalanceTransaction)await resources.ChangeAsync(
            organizationId, principal, cancellationToken, change => change.CreateAsync(
                BalanceTransactionResource.Definition,
                asked with
                {
                    EntityType = TransactionEntityType.ServiceUser,
                    EntityId = callerId,
                    AppliedDate = asked.AppliedDate ?? change.Now,
                }),
            caller: caller);

    /// <summary>The transactions of a balance, summed up as of an instant.</summary>
    /// <exception cref="RefusedException">A sum has more digits than a number can have.</exception>
    public async ValueTask<BalanceTransactionsSummary> SummarizeAsync(
        string organizationId, Balance balance, Instant now, CancellationToken cancellationToken) =>
        BalanceTransactionsSummary.Of(
            balance,
            await resources.Reader(organizationId, cancellationToken).ListAsync<BalanceTransaction>(
                Condition.Equal("balance_id", balance.Id)),
            now);
}
