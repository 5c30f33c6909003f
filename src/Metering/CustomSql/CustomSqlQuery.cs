using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.CustomSql;

/// <summary>The query of a <c>CUSTOM_SQL</c> aggregation, to be run separately for each target.</summary>
public sealed record CustomSqlQuery
{
    /// <summary>The organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The meter whose measurements the query reads.</summary>
    public required Meter Meter { get; init; }

    /// <summary>The query, as stored.</summary>
    public required string Sql { get; init; }

    /// <summary>What to run it for.</summary>
    public required IReadOnlyList<CustomSqlTarget> Targets { get; init; }

    /// <summary>Time for all targets together. Those whose turn comes later fail.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    /// <summary>The query sees only measurements that these filters let through.</summary>
    public IReadOnlyList<FieldFilter> Filters { get; init; } = [];

    /// <summary>Codes of the text fields by which usage is segmented; empty for no segments.</summary>
    public IReadOnlyList<string> SegmentedFields { get; init; } = [];

    /// <summary>The segments, each with a value for every segmented field.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Segments { get; init; } = [];
}

/// <summary>The measurements that one run of a query sees as the table <c>measurements</c>.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="AccountCode">Code of the account, for the column <c>account_code</c>.</param>
/// <param name="Window">Measurements with start &lt;= ts &lt; end.</param>
/// <param name="SegmentIndex">
/// Index in <see cref="CustomSqlQuery.Segments"/>; null for the measurements of all segments and of none.
/// </param>
public sealed record CustomSqlTarget(string AccountId, string AccountCode, Window Window, int? SegmentIndex);

/// <summary>The result for one target.</summary>
/// <param name="Value">The exact number; null if the query returned no row or null, or if it failed.</param>
/// <param name="Fault">Why the query failed; null if it did not.</param>
/// <param name="Time">How long it took, without the wait for its turn.</param>
public sealed record CustomSqlResult(decimal? Value, string? Fault = null, TimeSpan Time = default);

/// <summary>A query cannot be run, or its result is not a number. The message is for the customer.</summary>
public sealed class CustomSqlException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// Runs the queries of <c>CUSTOM_SQL</c> aggregations, isolated from each other and from all other data.
/// </summary>
public interface ICustomSqlEngine
{
    /// <summary>
    /// Runs a query for all of its targets. A failure for one target does not affect the others. A query is checked
    /// each time, because it may have been stored before a rule existed.
    /// </summary>
    /// <returns>The results, in the order of the targets.</returns>
    /// <exception cref="UsageMemoryException">The measurements cannot be read at the moment.</exception>
    Task<IReadOnlyList<CustomSqlResult>> RunAsync(CustomSqlQuery query, CancellationToken cancellationToken);
}
