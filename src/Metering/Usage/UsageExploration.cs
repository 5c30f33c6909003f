using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Usage;

/// <summary>A query of the data explorer, validated by <see cref="UsageQueryRules"/>.</summary>
public sealed record UsageExploration
{
    /// <summary>The organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>Measurements with <c>Start ≤ ts &lt; End</c>.</summary>
    public required Window Window { get; init; }

    /// <summary>The time zone in which time buckets begin.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>The meters to query.</summary>
    public required IReadOnlyList<Meter> Meters { get; init; }

    /// <summary>UUIDs of the accounts to query; null for all.</summary>
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>Filters, each of which applies to the measurements of one meter.</summary>
    public IReadOnlyList<DataExplorerDimensionFilter> Filters { get; init; } = [];

    /// <summary>Which of those measurements count: those of any of the scopes; null for all.</summary>
    public IReadOnlyList<UsageScope>? Scopes { get; init; }

    /// <summary>
    /// The aggregations, whose meters are in <see cref="Meters"/>; empty to return the measurements themselves.
    /// </summary>
    public IReadOnlyList<ExplorerAggregation> Aggregations { get; init; } = [];

    /// <summary>How aggregations are grouped.</summary>
    public IReadOnlyList<ExplorerGroup> Groups { get; init; } = [];

    /// <summary>Maximum number of rows to return.</summary>
    public required int Limit { get; init; }

    /// <summary>
    /// Maximum number of characters in the texts of the rows, which are of any length; the row that exceeds it is the
    /// last one.
    /// </summary>
    public int MaxCharacters { get; init; } = 32 * 1024 * 1024;

    /// <summary>Takes rows, without reading further ones, until there are as many as the query may return.</summary>
    public (IReadOnlyList<T> Rows, bool HasMore) Cut<T>(IEnumerable<T> rows) where T : IExplorerRow
    {
        var taken = new List<T>();
        long characters = 0;
        foreach (var row in rows)
        {
            if (taken.Count == Limit || characters > MaxCharacters)
                return (taken, true);
            taken.Add(row);
            characters += row.Characters;
        }
        return (taken, false);
    }
}

/// <summary>A row that a query returns.</summary>
public interface IExplorerRow
{
    /// <summary>The number of characters in its texts.</summary>
    long Characters { get; }
}

/// <summary>Measurements of any of the windows that all filters allow.</summary>
/// <param name="Windows">The windows.</param>
/// <param name="Filters">The filters.</param>
public sealed record UsageScope(IReadOnlyList<UsageWindow> Windows, IReadOnlyList<FieldFilter> Filters);

/// <summary>An aggregation of one field.</summary>
/// <param name="Meter">The meter.</param>
/// <param name="Field">Code of one of its fields.</param>
/// <param name="Method">How its values are combined.</param>
public sealed record ExplorerAggregation(Meter Meter, string Field, AggregationMethod Method);

/// <summary>A grouping of aggregations.</summary>
public abstract record ExplorerGroup
{
    /// <summary>By account.</summary>
    public sealed record ByAccount : ExplorerGroup;

    /// <summary>By time.</summary>
    /// <param name="Frequency">Size of the time buckets.</param>
    public sealed record ByTime(DataExplorerUsageDataFrequency Frequency) : ExplorerGroup;

    /// <summary>By the values of a text field. Usage of meters not listed has no value for this group.</summary>
    /// <param name="Field">Code of the field.</param>
    /// <param name="MeterIds">UUIDs of the meters whose field is used.</param>
    public sealed record ByDimension(string Field, IReadOnlySet<string> MeterIds) : ExplorerGroup;
}

/// <summary>The result of a query: measurements or groups, the most recently received first.</summary>
/// <param name="Measurements">The measurements, if there are no aggregations.</param>
/// <param name="Groups">The groups that have data.</param>
/// <param name="HasMore">True if there are more rows than the query may return.</param>
public sealed record ExplorerRows(
    IReadOnlyList<ExplorerMeasurement> Measurements, IReadOnlyList<ExplorerGroupRow> Groups, bool HasMore);

/// <summary>A stored measurement.</summary>
/// <param name="Meter">Its meter.</param>
/// <param name="Position">Its position in the log, which reflects the order of receipt.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="AccountId">UUID of its account.</param>
/// <param name="Ts">When the usage happened.</param>
/// <param name="Ets">When the usage ended; null if not given.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Fields">The values of the meter's data fields, then of its derived fields.</param>
public sealed record ExplorerMeasurement(
    Meter Meter, LogPosition Position, string Uid, string AccountId, Instant Ts, Instant? Ets, Instant ReceivedAt,
    IReadOnlyList<ExplorerValue> Fields) : IExplorerRow
{
    /// <inheritdoc/>
    public long Characters => Uid.Length + Fields.Sum(value => (long)(value.Text?.Length ?? 0));
}

/// <summary>The aggregated values of one group.</summary>
/// <param name="Keys">A value per requested grouping: the UUID of the account, or the start of the time bucket.</param>
/// <param name="Values">A number per aggregation; null if its meter has no value in the group.</param>
public sealed record ExplorerGroupRow(IReadOnlyList<ExplorerValue> Keys, IReadOnlyList<decimal?> Values) : IExplorerRow
{
    /// <inheritdoc/>
    public long Characters => Keys.Sum(key => (long)(key.Text?.Length ?? 0));
}

/// <summary>A text, a number, an instant, or nothing.</summary>
/// <param name="Text">The text.</param>
/// <param name="Number">The number, exact.</param>
/// <param name="Time">The instant.</param>
public readonly record struct ExplorerValue(string? Text, decimal? Number = null, Instant? Time = null);
