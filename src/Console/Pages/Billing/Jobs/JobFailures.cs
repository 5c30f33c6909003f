using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Billing.Jobs;

/// <summary>What the newest bill job could not bill.</summary>
internal static class JobFailures
{
    /// <summary>The end of a sentence: "; 4 failed in the last bill job". Empty if none did.</summary>
    internal static async Task<string> SentenceAsync(OrganizationApi api)
    {
        if (!await api.MayAsync("GET billjobs"))
            return "";
        var newest = (await api.Client.BillJobs.ListAsync(pageSize: 1).GetPageAsync(null, api.Cancelled)).Data;
        var failed = newest.FirstOrDefault()?.Failures?.Count ?? 0;
        return failed == 0 ? "" : $"; {failed} failed in the last bill job";
    }

    /// <summary>The state of a job in a sentence.</summary>
    internal static string Sentence(BillJob job)
    {
        var failed = job.Failures is { Count: > 0 and var count }
            ? $"{Figure.Count(count, "account", "accounts")} failed" : "no failures";
        return IsActive(job) ? $"{Done(job)} of {job.Total ?? 0} accounts done, {failed} so far."
            : $"{Words.Of(job.Status?.Value)}: {Figure.Count(job.BillIds?.Count ?? 0, "bill", "bills")}, {failed}.";
    }

    /// <summary>Whether a job has not ended.</summary>
    internal static bool IsActive(BillJob job) =>
        job.Status != BillJobStatus.Complete && job.Status != BillJobStatus.Cancelled;

    /// <summary>How many accounts a job is through with.</summary>
    internal static long Done(BillJob job) => (job.Total ?? 0) - (job.Pending ?? 0);
}
