using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Statements;

/// <summary>A job that generates the statement of a bill: the usage behind its usage lines.</summary>
public sealed record StatementJob : Resource
{
    /// <summary>UUID of the bill.</summary>
    [Characters(1, int.MaxValue)]
    public required string BillId { get; init; }

    /// <summary>UUID of the organization.</summary>
    [ServerSet]
    public string? OrgId { get; init; }

    /// <summary>Whether the statement is also generated as CSV. JSON is always generated.</summary>
    public bool? IncludeCsvFormat { get; init; }

    /// <summary>Which lines to include. Default: all usage lines.</summary>
    public StatementJobFilters? Filters { get; init; }

    /// <summary>Status of the job.</summary>
    [ServerSet]
    public StatementJobStatus? StatementJobStatus { get; init; }

    /// <summary>A temporary URL of the statement as JSON, once the job is complete.</summary>
    [ServerSet]
    public string? PresignedJsonStatementUrl { get; init; }

    /// <summary>Whether the JSON statement is up to date with the bill.</summary>
    [ServerSet]
    public StatementStatus? JsonStatementStatus { get; init; }

    /// <summary>A temporary URL of the statement as CSV, once the job is complete.</summary>
    [ServerSet]
    public string? PresignedCsvStatementUrl { get; init; }

    /// <summary>Whether the CSV statement is up to date with the bill.</summary>
    [ServerSet]
    public StatementStatus? CsvStatementStatus { get; init; }

    /// <summary>Why the job failed.</summary>
    [ServerSet]
    public string? FailureReason { get; init; }
}

/// <summary>Which lines of a bill a statement includes.</summary>
public sealed record StatementJobFilters
{
    /// <summary>Only lines of these meters, at most 10. Default: all.</summary>
    [MaximumItems(10)]
    public IReadOnlyList<string>? MeterIds { get; init; }
}

/// <summary>Status of a statement job.</summary>
public enum StatementJobStatus
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>Generating the statement.</summary>
    Running,

    /// <summary>Done.</summary>
    Complete,

    /// <summary>Cancelled by a caller.</summary>
    Cancelled,

    /// <summary>The statement could not be generated; <c>failureReason</c> says why.</summary>
    Failed,
}

/// <summary>Whether a statement is up to date.</summary>
public enum StatementStatus
{
    /// <summary>It explains the bill as it is.</summary>
    Latest,

    /// <summary>The bill has been recalculated since.</summary>
    Stale,

    /// <summary>
    /// It must not be used: the bill was deleted, the statement definition was changed or deleted, or the file has
    /// expired.
    /// </summary>
    Invalidated,
}
