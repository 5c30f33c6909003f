using Tallystick.Foundation.Resources;

namespace Tallystick.Billing.BillJobs;

/// <summary>What is special about bill jobs, which the server carries on by itself.</summary>
public static class BillJobResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<BillJob> Definition { get; } = new("BillJob", "billjobs", BillingJson.Format.BillJob)
    {
        IsInternal = true,
        IndexedBy = [new("status", job => JsonFormat.Name(job.Status ?? BillJobStatus.Pending))],
    };
}
