using Tallystick.Billing.BillJobs;

namespace Tallystick.Server.Bills;

/// <summary>What a bill job has made so far.</summary>
internal sealed class BillJobOutcome
{
    /// <summary>Number of accounts looked at.</summary>
    internal long Accounts { get; set; }

    /// <summary>UUIDs of the bills made.</summary>
    internal List<string> BillIds { get; } = [];

    /// <summary>Bills that could not be made.</summary>
    internal List<BillJobFailure> Failures { get; } = [];
}

/// <summary>How far a bill job is.</summary>
/// <param name="Total">Number of accounts to bill, as far as known.</param>
/// <param name="Pending">Number of them still to bill.</param>
internal readonly record struct BillJobProgress(long Total, long Pending);
