using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillJobs;

/// <summary>The definition of bill jobs, which the server runs in the background.</summary>
public static class BillJobResource
{
    private const string IsActive = "true";
    private const string ScheduledAt = "scheduled_at";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<BillJob> Definition { get; } =
        new("BillJob", "billjobs", () => BillingJson.Format.BillJob)
        {
            EventName = "billing.billjob",
            PolicyNames = ["billing:billJob", "config:billJob"],
            IsInternal = true,
            IndexedBy =
        [
            new("status", job => JsonFormat.Name(job.Status ?? BillJobStatus.Pending)) { HasFewValues = true },
            new("active", job => HasEnded(job) ? "false" : IsActive),
            // Only of finished jobs that a schedule created, to remove them later.
            new(ScheduledAt, job => HasEnded(job) && job.CreatedBy == BillSchedules.Principal
                && job.DtCreated is { } created ? InstantText.Sortable(created) : null),
        ],
            Filters =
        [
            ListFilter.One("active", "active", "True returns only jobs that are neither complete nor cancelled."),
            ListFilter.One("status", "status", "Only jobs with this status."),
        ],
            AfterWrite = EnqueueAsync,
            Show = ShowAsync,
            Check = (job, issues) =>
            {
                if (job.BillFrequencyInterval is < 1 or > 365)
                    issues.Add("range", "billFrequencyInterval", "must be from 1 to 365");
                CheckDates(job, issues);
                if (job.Timezone is { } timezone && !BillingTimeZone.TryParse(timezone, out _))
                    issues.Add("time_zone", "timezone", BillingTimeZone.Rule);
                OrganizationConfigResource.CheckConversions(job.CurrencyConversions, issues);
            },
            // Not references: a finished job must not prevent an account or currency from being deleted.
            CheckAgainst = async (job, _, related, issues) =>
            {
                foreach (var (index, accountId) in (job.AccountIds ?? []).Index())
                {
                    if (await related.FindAsync<Account>(accountId) is null)
                        issues.AddUnknownReference($"accountIds[{index}]", "account", accountId);
                }
                if (job.TargetCurrency is { } code
                    && (await related.ListAsync<Currency>(Condition.Equal("code", code))).Count == 0)
                    issues.AddUnknownReference("targetCurrency", "currency", code);
            },
        };

    private static void CheckDates(BillJob job, Issues issues)
    {
        if (job.LastDateInBillingPeriod == LocalDate.MaxIsoValue)
            issues.Add("range", "lastDateInBillingPeriod", "must not be the last day of the calendar, because the bill "
                + "date is the next day");
        else if (job is { BillDate: { } billDate, LastDateInBillingPeriod: { } lastDate }
            && billDate != lastDate.PlusDays(1))
            issues.Add(
                "contradiction",
                "billDate",
                $"must be {InstantText.Write(lastDate.PlusDays(1))}, the day after lastDateInBillingPeriod; specify "
                + "only one of the two");
        if (job is { DueDate: { } dueDate, ExternalInvoiceDate: { } invoiceDate } && dueDate < invoiceDate)
            issues.Add("contradiction", "dueDate", "must not be before externalInvoiceDate");
    }

    /// <summary>True for a job that is complete or cancelled.</summary>
    public static bool HasEnded(BillJob job) => job.Status is BillJobStatus.Complete or BillJobStatus.Cancelled;

    private static async ValueTask<BillJob> EnqueueAsync(ResourceChange change, BillJob job)
    {
        await JobQueue.PutAsync(change, BillJobHandler.QueueName, job.Id);
        return job;
    }

    // The results of a running job are stored separately.
    private static async ValueTask<IReadOnlyList<BillJob>> ShowAsync(IReadOnlyList<BillJob> jobs, ResourceView view)
    {
        var shown = new List<BillJob>();
        foreach (var job in jobs)
            shown.Add(HasEnded(job) ? job : await BillJobResultResource.WithResultsAsync(job, view.Related));
        return shown;
    }

    /// <summary>Finished jobs that a schedule created before an instant.</summary>
    public static Condition ScheduledBefore(Instant instant) =>
        new Condition.Compare(ScheduledAt, Comparison.Less, InstantText.Sortable(instant));

    /// <summary>Jobs that are neither complete nor cancelled.</summary>
    public static Condition Active { get; } = Condition.Equal("active", IsActive);
}
