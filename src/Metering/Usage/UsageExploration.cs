using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Usage;

/// <summary>A question of the data explorer that is known to make sense (<see cref="UsageQueryRules"/>).</summary>
public sealed record UsageExploration
{
    /// <summary>The organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>Measurements with <c>Start ≤ ts &lt; End</c>.</summary>
    public required Window Window { get; init; }

    /// <summary>The zone in which buckets of time begin.</summary>
    public required DateTimeZone Zone { get; init; }

    /// <summary>The meters to read.</summary>
    public required IReadOnlyList<Meter> Meters { get; init; }

    /// <summary>UUIDs of the accounts to read; null for all.</summary>
    public IReadOnlyList<string>? AccountIds { get; init; }

    /// <summary>What restricts the measurements of single meters.</summary>
    public IReadOnlyList<DataExplorerDimensionFilter> Filters { get; init; } = [];

    /// <summary>What to compute; none for the measurements themselves. Their meters are among those to read.</summary>
    public IReadOnlyList<ExplorerAggregation> Aggregations { get; init; } = [];

    /// <summary>What to divide by.</summary>
    public IReadOnlyList<ExplorerGroup> Groups { get; init; } = [];

    /// <summary>Most rows to answer.</summary>
    public required int Limit { get; init; }
}

/// <summary>A number to compute.</summary>
/// <param name="Meter">The meter.</param>
/// <param name="Field">Code of one of its fields.</param>
/// <param name="Method">How its values are combined.</param>
public sealed record ExplorerAggregation(Meter Meter, string Field, AggregationMethod Method);

/// <summary>Divides what is computed.</summary>
public abstract record ExplorerGroup
{
    /// <summary>By account.</summary>
    public sealed record ByAccount : ExplorerGroup;

    /// <summary>By time.</summary>
    /// <param name="Frequency">Length of the buckets.</param>
    public sealed record ByTime(DataExplorerUsageDataFrequency Frequency) : ExplorerGroup;

    /// <summary>By the values of a field of text; usage of other meters has no value there.</summary>
    /// <param name="Field">Code of the field.</param>
    /// <param name="MeterIds">UUIDs of the meters whose field divides.</param>
    public sealed record ByDimension(string Field, IReadOnlySet<string> MeterIds) : ExplorerGroup;
}

/// <summary>What the store found: measurements or groups, the most recently received first.</summary>
/// <param name="Measurements">The measurements, when nothing was to be computed.</param>
/// <param name="Groups">The groups that have data.</param>
/// <param name="HasMore">True when the limit cut the result.</param>
public sealed record ExplorerRows(
    IReadOnlyList<ExplorerMeasurement> Measurements, IReadOnlyList<ExplorerGroupRow> Groups, bool HasMore);

/// <summary>A stored measurement.</summary>
/// <param name="Meter">Its meter.</param>
/// <param name="Position">Where it stands in the log: the order of receipt.</param>
/// <param name="Uid">Its uid.</param>
/// <param name="AccountId">UUID of its account.</param>
/// <param name="Ts">When the usage happened.</param>
/// <param name="Ets">When it ended.</param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Fields">The values of the meter's data fields, then of its derived fields.</param>
public sealed record ExplorerMeasurement(
    Meter Meter, LogPosition Position, string Uid, string AccountId, Instant Ts, Instant? Ets, Instant ReceivedAt,
    IReadOnlyList<ExplorerValue> Fields);

/// <summary>What the measurements of a group come to.</summary>
/// <param name="Keys">A value for each group asked for; an account is its UUID, time the start of the bucket.</param>
/// <param name="Values">A number for each aggregation; null where its meter has no value in the group.</param>
public sealed record ExplorerGroupRow(IReadOnlyList<ExplorerValue> Keys, IReadOnlyList<decimal?> Values);

/// <summary>A text, a number, an instant, or nothing.</summary>
/// <param name="Text">The text.</param>
/// <param name="Number">The number, exact.</param>
/// <param name="Time">The instant.</param>
public readonly record struct ExplorerValue(string? Text, decimal? Number = null, Instant? Time = null);
