using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Statements;

/// <summary>Determines whether statements still hold, whenever they are shown.</summary>
public static class StatementStatuses
{
    /// <summary>The jobs with the statuses of their statements.</summary>
    public static async ValueTask<IReadOnlyList<StatementJob>> OfAsync(
        ResourceReader related, IReadOnlyList<StatementJob> jobs, Instant now)
    {
        var complete = jobs.Where(job => job.StatementJobStatus == StatementJobStatus.Complete).ToList();
        if (complete.Count == 0)
            return jobs;
        var bases = await StatementBasis.OfAsync(related, [.. complete.Select(job => job.Id)]);
        string[] billIds = [.. complete.Select(job => job.BillId).Distinct()];
        var bills = (await related.ListAsync<Bill>(new Condition.In("id", billIds)))
            .ToDictionary(bill => bill.Id, StringComparer.Ordinal);
        var shown = new List<StatementJob>();
        foreach (var job in jobs)
            shown.Add(bases.TryGetValue(job.Id, out var basis)
                ? With(job, await StatusAsync(related, basis, bills.GetValueOrDefault(job.BillId), now))
                : job);
        return shown;
    }

    private static async ValueTask<StatementStatus> StatusAsync(
        ResourceReader related, StatementBasis basis, Bill? bill, Instant now)
    {
        if (bill is null || basis.IsOfDeletedBill is true || basis.Expiry <= now)
            return StatementStatus.Invalidated;
        var definition = await StatementChoice.DefinitionAsync(related, bill);
        if (basis.DefinitionId != definition?.Id || basis.DefinitionVersion != definition?.Version)
            return StatementStatus.Invalidated;
        return basis.BillCalculated == bill.LastCalculatedDate ? StatementStatus.Latest : StatementStatus.Stale;
    }

    private static StatementJob With(StatementJob job, StatementStatus status) => job with
    {
        JsonStatementStatus = status,
        CsvStatementStatus = job.IncludeCsvFormat is true ? status : null,
    };
}

/// <summary>Chooses the definition by which the usage of a bill is stated.</summary>
internal static class StatementChoice
{
    /// <summary>The definition of the account, otherwise of the organization; null if there is none.</summary>
    internal static async ValueTask<StatementDefinition?> DefinitionAsync(ResourceReader related, Bill bill)
    {
        var account = await related.FindAsync<Accounts.Account>(bill.AccountId);
        var id = account?.StatementDefinitionId ?? (await OrganizationAsync(related))?.DefaultStatementDefinitionId;
        return await related.FindAsync<StatementDefinition>(id);
    }

    internal static ValueTask<Organizations.OrganizationConfig?> OrganizationAsync(ResourceReader related) =>
        related.FindAsync<Organizations.OrganizationConfig>(related.OrganizationId);
}
