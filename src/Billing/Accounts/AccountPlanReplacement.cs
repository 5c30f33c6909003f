using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.Accounts;

/// <summary>Replaces an account plan with another one of the same account.</summary>
public sealed class AccountPlanReplacement(ResourceService resources)
{
    /// <summary>Creates an account plan and ends another one when it starts, in one change.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="principal">The principal recorded in the audit fields.</param>
    /// <param name="caller">What the caller may do.</param>
    /// <param name="id">UUID of the account plan that ends.</param>
    /// <param name="proposed">The new account plan.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such account plan.</exception>
    /// <exception cref="RefusedException">
    /// The new account plan belongs to another account, does not start within the current one, or violates a rule.
    /// </exception>
    public Task<(AccountPlan Ended, AccountPlan Created)> ReplaceAsync(
        string organizationId, string principal, IVisibility caller, string id, AccountPlan proposed,
        CancellationToken cancellationToken) =>
        resources.ChangeAsync(
            organizationId, principal, cancellationToken,
            async change =>
            {
                var definition = AccountPlanResource.Definition;
                var current = await change.Related.FindAsync<AccountPlan>(id)
                    ?? throw ResourceService.NotFound(definition, id);
                Check(current, proposed);
                var ended = await change.UpdateAsync(
                    definition, current.Id, current with { EndDate = proposed.StartDate });
                return ((AccountPlan)ended, (AccountPlan)await change.CreateAsync(definition, proposed));
            },
            caller: caller);

    private static void Check(AccountPlan current, AccountPlan proposed)
    {
        var issues = new Issues();
        if (proposed.AccountId != current.AccountId)
            issues.Add("other_account", "accountId", $"must be the account of the account plan, '{current.AccountId}'");
        if (proposed.StartDate <= current.StartDate || proposed.StartDate >= current.EndDate)
            issues.Add("order", "startDate", "must be within the account plan that is replaced, after its startDate "
                + "and before its endDate");
        issues.ThrowIfAny();
    }
}
