using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// Aggregates the values of one field of a meter into one number per window, or per window and segment.
/// </summary>
public sealed record UsageQuery
{
    /// <summary>The organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The meter. Its definition determines whether the fields contain text or numbers.</summary>
    public required Meter Meter { get; init; }

    /// <summary>Code of the field whose values are aggregated.</summary>
    public required string Field { get; init; }

    /// <summary>
    /// How the values are combined. Text fields support <c>COUNT</c> and <c>UNIQUE</c>. Not <c>CUSTOM_SQL</c>, which is
    /// a <see cref="CustomSql.CustomSqlQuery"/>.
    /// </summary>
    public required AggregationMethod Method { get; init; }

    /// <summary>The windows; they may overlap.</summary>
    public required IReadOnlyList<UsageWindow> Windows { get; init; }

    /// <summary>Codes of the text fields by which usage is segmented; empty for no segments.</summary>
    public IReadOnlyList<string> SegmentedFields { get; init; } = [];

    /// <summary>The segments, each with a value for every segmented field (<see cref="SegmentMatching"/>).</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Segments { get; init; } = [];
}

/// <summary>The measurements of one account with <c>Window.Start ≤ ts &lt; Window.End</c>.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="Window">The period, which is compared with <c>ts</c> only.</param>
public readonly record struct UsageWindow(string AccountId, Window Window);

/// <summary>The result for one window and segment.</summary>
/// <param name="WindowIndex">Index in <see cref="UsageQuery.Windows"/>.</param>
/// <param name="SegmentIndex">Index in <see cref="UsageQuery.Segments"/>; -1 without segments.</param>
/// <param name="Value">The exact number; a mean is rounded to the precision of <see cref="decimal"/>.</param>
public readonly record struct UsageValue(int WindowIndex, int SegmentIndex, decimal Value);
