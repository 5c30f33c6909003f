using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>Calculates bills without saving them: no number is issued and no credit is drawn.</summary>
public sealed class BillPreviews(
    ResourceService resources, UsageReader usage, PublishedLookups lookups, IClock clock)
{
    /// <summary>Calculates the bill that a job would create for one account.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="asked">
    /// The job: exactly one account, and the frequency and interval of the bill. Without a date, the bill of the
    /// current period.
    /// </param>
    /// <param name="demandStored">Refuses a caller who may not retrieve the stored bill.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The bill, and the stored bill that it would replace; null if there is none.</returns>
    /// <exception cref="RefusedException">The request is incomplete, or the bill cannot be calculated.</exception>
    public async Task<(Bill Preview, Bill? Stored)> PreviewAsync(
        string organizationId, BillJob asked, Action<Bill> demandStored, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var accountId = await CheckAsync(asked, related);
        await CompoundCalculation.LoadAsync(
            await related.ListAsync<CompoundAggregation>(Condition.And()), related, lookups);
        var earliest = new BillsOfJob(
            organizationId, asked, Organizations.OrganizationConfigResource.Default, null, NoBases, clock).Earliest();
        var (catalog, account, terms) = await resources.ReadAsync(organizationId, cancellationToken, async reader =>
        {
            var families = await RunFamilies.LoadAsync(reader, [accountId], withParents: false);
            var loaded = await BillCatalog.LoadAsync(reader, lookups, families.MemberIds);
            var family = (await families.PageAsync(reader, before: null, limit: 1)).Families.Single();
            return (
                loaded, family.Billed.Single(),
                await BillTerms.LoadAsync(
                    organizationId, loaded, family.Members, reader, earliest, RunOverrides.Of(asked)));
        });
        var bills = new BillsOfJob(organizationId, asked, catalog.Organization, null, NoBases, clock);
        var due = await bills.OfAsync([account], terms, related);
        await FollowingBills.AddAsync(organizationId, due, related);
        var charged = (await BillChunk.ChargeAsync(
            due, new UsageFetcher(organizationId, usage, cancellationToken))).Single();
        var last = charged.Bills.LastOrDefault(one => !one.IsFollowing);
        if (last is null && charged.Failures.Count > 0)
            throw Refused(charged.Failures);
        if (last is null)
            throw new RefusedException(new Issue(
                "not_due", "", "the account has no bill with this frequency, interval and date", IssueKind.Conflict));
        var stored = await related.FindAsync<Bill>(last.Charged.Id);
        if (stored is not null)
            demandStored(stored);
        var bill = await FinishAsync(asked, charged, last, related);
        var preview = bill.ToBill(stored?.CreatedDate ?? clock.GetCurrentInstant(), clock.GetCurrentInstant(), null);
        return stored is null
            ? (preview, null)
            : (Replacing(stored, preview) with { Version = stored.Version }, stored);
    }

    // As a job would: bills before and after it are finished as well, because what is left for it depends on them.
    private static async ValueTask<CalculatedBill> FinishAsync(
        BillJob asked, AccountBills charged, BillToSave last, ResourceReader related)
    {
        var shown = last with { OnlyIfMissing = false };
        var credits = await StoredCredits.LoadAsync(related, [last.Charged.CommitmentOwnerIds]);
        var failures = new List<BillJobFailure>();
        var finished = FinishBills.Of(
            await BillWriter.StoredAsync(related, [charged]), asked, await BillConfigResource.FindAsync(related),
            charged with { Bills = [.. charged.Bills.Select(one => one == last ? shown : one)] },
            credits.LedgerOf(charged.Account.Id), failures);
        return finished.FirstOrDefault(one => one.Bill == shown).Finished?.Bill ?? throw Refused(failures);
    }

    private static RefusedException Refused(IEnumerable<BillJobFailure> failures) => new(new Issue(
        "refused", "",
        string.Join(' ', failures.Select(failure => failure.Message).Distinct()
            .DefaultIfEmpty("the bill cannot be calculated")),
        IssueKind.Conflict));

    private static Bill Replacing(Bill stored, Bill preview)
    {
        try
        {
            return BillWriter.Recalculated(stored, preview);
        }
        catch (BillRefusedException refused)
        {
            throw new RefusedException(new Issue("refused", "", refused.Message, IssueKind.Conflict));
        }
    }

    private static IReadOnlyDictionary<string, RunOverrides> NoBases { get; } =
        new Dictionary<string, RunOverrides>();

    private static async ValueTask<string> CheckAsync(BillJob asked, ResourceReader related)
    {
        var issues = new Issues();
        if (asked.AccountIds is not [var accountId])
            issues.Add("count", "accountIds", "must contain exactly one account");
        else if (await related.FindAsync<Account>(accountId) is null)
            issues.AddUnknownReference("accountIds[0]", "account", accountId);
        if (asked.BillingFrequency is null)
            issues.Add("required", "billingFrequency", "is required for a preview");
        if (asked.BillFrequencyInterval is null)
            issues.Add("required", "billFrequencyInterval", "is required for a preview");
        BillJobResource.Definition.Check!(asked, issues);
        issues.ThrowIfAny();
        return asked.AccountIds![0];
    }
}
