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

    /// <summary>
    /// Sets of windows, each of which is aggregated to one number, such as the usage of several accounts. Windows of
    /// the same account must not overlap within a set. Indices of their results follow those of <see cref="Windows"/>.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<UsageWindow>> WindowSets { get; init; } = [];

    /// <summary>Only measurements that these filters let through; empty for all measurements.</summary>
    public IReadOnlyList<FieldFilter> Filters { get; init; } = [];

    /// <summary>Codes of the text fields by which usage is segmented; empty for no segments.</summary>
    public IReadOnlyList<string> SegmentedFields { get; init; } = [];

    /// <summary>The segments, each with a value for every segmented field (<see cref="SegmentMatching"/>).</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Segments { get; init; } = [];
}

/// <summary>The measurements of one account with <c>Window.Start ≤ ts &lt; Window.End</c>.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="Window">The period, which is compared with <c>ts</c> only.</param>
public readonly record struct UsageWindow(string AccountId, Window Window);

/// <summary>
/// Includes or excludes measurements with a value of a text field. Included values of the same field are alternatives;
/// a measurement must have an included value for each field that has one, and no excluded value. No measurement has a
/// value for a field that the meter does not have as a text field.
/// </summary>
/// <param name="Field">Code of the field.</param>
/// <param name="Value">The value.</param>
/// <param name="IsExcluded">True to exclude measurements with the value.</param>
public sealed record FieldFilter(string Field, string Value, bool IsExcluded);

/// <summary>The result for one window or set of windows, and segment.</summary>
/// <param name="WindowIndex">
/// Index in <see cref="UsageQuery.Windows"/> and, after them, in <see cref="UsageQuery.WindowSets"/>.
/// </param>
/// <param name="SegmentIndex">Index in <see cref="UsageQuery.Segments"/>; -1 without segments.</param>
/// <param name="Value">The exact number; a mean is rounded to the precision of <see cref="decimal"/>.</param>
public readonly record struct UsageValue(int WindowIndex, int SegmentIndex, decimal Value);
