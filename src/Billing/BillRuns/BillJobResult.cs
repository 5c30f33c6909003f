using Tallystick.Billing.BillJobs;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// The results of a bill job for some accounts, stored incrementally. When the job finishes, they are moved to the job
/// itself.
/// </summary>
public sealed record BillJobResult : Resource
{
    /// <summary>UUID of the job.</summary>
    public required string JobId { get; init; }

    /// <summary>UUIDs of the bills created.</summary>
    public IReadOnlyList<string> BillIds { get; init; } = [];

    /// <summary>Bills that could not be created.</summary>
    public IReadOnlyList<BillJobFailure> Failures { get; init; } = [];
}

/// <summary>The results of bill jobs that have not ended.</summary>
public static class BillJobResultResource
{
    private const string JobId = "job_id";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<BillJobResult> Definition { get; } =
        new("BillJobResult", "", () => BillingJson.Format.BillJobResult)
        {
            IsInternal = true,
            IndexedBy = [new(JobId, result => result.JobId)],
        };

    /// <summary>Selects the results of a job.</summary>
    internal static Condition Of(string jobId) => Condition.Equal(JobId, jobId);

    /// <summary>The job with its results so far, in order.</summary>
    internal static async ValueTask<BillJob> WithResultsAsync(BillJob job, IResourceReader related)
    {
        var results = (await related.ListAsync<BillJobResult>(Of(job.Id))).Reverse().ToList();
        var failures = results.SelectMany(result => result.Failures).ToList();
        return job with
        {
            // A recalculation names its bills itself, and can change later bills of their accounts.
            BillIds =
            [
                .. (job.Type == BillJobType.Recalculate ? job.BillIds ?? [] : [])
                    .Union(results.SelectMany(result => result.BillIds)),
            ],
            Failures = failures.Count == 0 ? null : failures,
        };
    }
}
