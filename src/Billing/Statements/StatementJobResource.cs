using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Statements;

/// <summary>The definition of statement jobs, which the server runs in the background.</summary>
public static class StatementJobResource
{
    /// <summary>The column with the UUID of the bill.</summary>
    public const string BillColumn = "bill_id";

    private const string Status = "status";
    private const string Covers = "covers";
    private const string Json = "json";
    private const string Csv = "csv";

    private static readonly string[] Alternatives = ["active", "status", "billId"];

    /// <summary>The definition.</summary>
    public static ResourceDefinition<StatementJob> Definition { get; } =
        new("StatementJob", "statementjobs", () => BillingJson.Format.StatementJob)
        {
            EventName = "billing.statementjob",
            PolicyNames = ["billing:statementJob", "config:statementJob"],
            IsInternal = true,
            HasIdsFilter = false,
            IndexedBy =
            [
                new(Status, job => JsonFormat.Name(StatusOf(job))) { HasFewValues = true },
                new("active", job => HasEnded(job) ? "false" : "true") { HasFewValues = true },
                // Not a reference: a statement must not prevent a bill from being deleted.
                new(BillColumn, job => job.BillId),
                // Statements of the whole bill, which can be retrieved from the bill.
                new(Covers, job => IsOfWholeBill(job) ? job.IncludeCsvFormat is true ? Csv : Json : null),
            ],
            Filters =
            [
                new ListFilter.Part("active",
                    "True returns only jobs that have not ended. Cannot be combined with status or billId.",
                    new TextShape()),
                new ListFilter.Part("status",
                    "Only jobs with this status. Cannot be combined with active or billId.", new TextShape()),
                new ListFilter.Part("billId",
                    "Only jobs of this bill. Cannot be combined with active or status.", new TextShape()),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult(Selected(parameters))),
            ],
            AfterWrite = EnqueueAsync,
            CheckAgainst = async (job, _, related, issues) =>
            {
                if (await related.FindAsync<Bill>(job.BillId) is null)
                    issues.AddUnknownReference("billId", "bill", job.BillId);
            },
        };

    /// <summary>Jobs that have not ended.</summary>
    public static Condition Active { get; } = Condition.Equal("active", "true");

    /// <summary>Complete jobs whose statement covers a whole bill.</summary>
    /// <param name="billId">UUID of the bill.</param>
    /// <param name="withCsv">Whether the statement must also exist as CSV.</param>
    public static Condition OfBill(string billId, bool withCsv) => Condition.And(
        Condition.Equal(BillColumn, billId),
        withCsv ? Condition.Equal(Covers, Csv) : new Condition.In(Covers, [Json, Csv]));

    /// <summary>True for a job that is complete, cancelled or failed.</summary>
    public static bool HasEnded(StatementJob job) => StatusOf(job) is not (
        StatementJobStatus.Pending or StatementJobStatus.Running);

    private static StatementJobStatus StatusOf(StatementJob job) =>
        job.StatementJobStatus ?? StatementJobStatus.Pending;

    private static bool IsOfWholeBill(StatementJob job) =>
        StatusOf(job) == StatementJobStatus.Complete && job.Filters?.MeterIds is null or [];

    private static Condition? Selected(ListParameters parameters)
    {
        var given = Alternatives.Where(name => parameters.Text(name) is not null).ToList();
        if (given.Count > 1)
        {
            parameters.Issues.Add(
                "contradiction", given[1], $"cannot be combined with {given[0]}; use one of active, status, billId");
            return null;
        }
        if (parameters.Text("billId") is { } billId)
            return Condition.Equal(BillColumn, billId);
        if (parameters.Text("status") is { } status)
        {
            var known = Enum.GetValues<StatementJobStatus>().Select(JsonFormat.Name).ToList();
            if (known.Contains(status))
                return Condition.Equal(Status, status);
            parameters.Issues.Add("unknown_value", "status", $"must be one of {string.Join(", ", known)}");
            return null;
        }
        return parameters.Flag("active") is true ? Active : null;
    }

    private static async ValueTask<StatementJob> EnqueueAsync(ResourceChange change, StatementJob job)
    {
        await JobQueue.PutAsync(change, StatementJobHandler.QueueName, job.Id);
        return job;
    }
}
