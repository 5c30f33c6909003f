using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ledger;

/// <summary>Adds and summarizes the transactions of balances. Transactions never change.</summary>
public sealed class BalanceLedger(ResourceService resources)
{
    /// <summary>Finds a balance.</summary>
    /// <exception cref="NotFoundException">There is no such balance.</exception>
    public async ValueTask<Balance> FindAsync(
        string organizationId, string balanceId, CancellationToken cancellationToken) =>
        await resources.Reader(organizationId, cancellationToken).FindAsync<Balance>(balanceId)
            ?? throw ResourceService.NotFound(BalanceResource.Definition, balanceId);

    /// <summary>Adds a transaction requested by a caller. Default effective date: now.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="caller">What the caller may do.</param>
    /// <param name="asked">The transaction, with the UUID of its balance.</param>
    /// <param name="callerId">UUID of the caller.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
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

    /// <summary>Summarizes the transactions of a balance as of an instant.</summary>
    /// <exception cref="RefusedException">A sum has more than 28 digits.</exception>
    public async ValueTask<BalanceTransactionsSummary> SummarizeAsync(
        string organizationId, Balance balance, Instant now, CancellationToken cancellationToken) =>
        BalanceTransactionsSummary.Of(
            balance,
            await resources.Reader(organizationId, cancellationToken).ListAsync<BalanceTransaction>(
                Condition.Equal("balance_id", balance.Id)),
            now);
}
