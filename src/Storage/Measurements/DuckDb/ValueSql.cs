using System.Globalization;
using System.Numerics;
using DuckDB.NET.Data;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The aggregates of one method over the columns of one field, and how to combine their texts into one number. Numbers
/// leave the engine as text, so that no driver can round them.
/// </summary>
/// <param name="Aggregates">SQL of the aggregates.</param>
/// <param name="HasValue">SQL of a condition that is true for rows with a value.</param>
/// <param name="Combine">
/// Combines the aggregates' texts into one number; null means that the column has no value.
/// </param>
internal sealed record ValueSql(
    IReadOnlyList<string> Aggregates, string HasValue, Func<IReadOnlyList<string?>, decimal> Combine)
{
    /// <summary>Orders measurements by timestamp, then by receipt.</summary>
    private const string LatestKey = "(ts::HUGEINT * 9223372036854775808 + sequence)";

    /// <summary>The kinds of columns that store the field's values.</summary>
    /// <exception cref="ArgumentException">The method does not apply to the field.</exception>
    public static IReadOnlyList<ColumnKind> Kinds(UsageQuery query)
    {
        var field = query.Meter.DataFields.Concat(query.Meter.DerivedFields)
            .FirstOrDefault(one => one.Code == query.Field);
        if (field is null)
            return [];
        if (!field.Category.IsNumeric() && query.Method is not (AggregationMethod.Count or AggregationMethod.Unique))
            throw new ArgumentException($"The text field '{query.Field}' can only be counted.", nameof(query));
        return Kinds(field, query.Method);
    }

    /// <summary>
    /// The kinds of columns that store the values of a field. Those that it received when it was a text and is now a
    /// number, or the other way round, can only be counted.
    /// </summary>
    public static IReadOnlyList<ColumnKind> Kinds(DataField field, AggregationMethod? method)
    {
        if (method == AggregationMethod.Count)
            return [.. ColumnKinds.Tiers, ColumnKind.Text];
        return field.Category.IsNumeric() ? ColumnKinds.Tiers : [ColumnKind.Text];
    }

    /// <summary>Builds the aggregates of a method over the columns, at least one, of a field.</summary>
    public static ValueSql Build(AggregationMethod method, IReadOnlyList<ValueColumn> values)
    {
        string[] columns = [.. values.Select(value => value.Name)];
        var hasValue = string.Join(" OR ", columns.Select(column => $"{column} IS NOT NULL"));
        return method switch
        {
            AggregationMethod.Sum => new ValueSql([.. values.SelectMany(Sums)], hasValue, Total),
            AggregationMethod.Min => new ValueSql(
                [.. columns.Select(column => Text($"min({column})"))], hasValue, Min),
            AggregationMethod.Max => new ValueSql(
                [.. columns.Select(column => Text($"max({column})"))], hasValue, Greatest),
            AggregationMethod.Count => new ValueSql(
                [.. columns.Select(column => Text($"count({column})"))], hasValue, Total),
            // A number is stored in a single tier, so the tiers have no value in common.
            AggregationMethod.Unique => new ValueSql(
                [.. columns.Select(column => Text($"count(DISTINCT {column})"))], hasValue, Total),
            AggregationMethod.Latest => new ValueSql([.. columns.SelectMany(Latest)], hasValue, LatestOf),
            AggregationMethod.Mean => new ValueSql([
                .. values.SelectMany(Sums), Text($"count(*) FILTER ({hasValue})")], hasValue, Mean),
            AggregationMethod.CustomSql => throw new ArgumentException(
                "CUSTOM_SQL is run by CustomSqlEngine.", nameof(method)),
        };
    }

    /// <summary>Reads the aggregates, which start at a column of the result.</summary>
    public decimal Read(DuckDBDataReader row, int first) =>
        Combine([.. Enumerable.Range(first, Aggregates.Count).Select(row.TextOrNull)]);

    // The sum of two numbers of 20 digits at scale 18 could exceed 38 digits, so whole parts and fractions are summed
    // separately. Fractions are below 1 and the finest scale leaves 10 digits before the point, so sums of 10^10 rows
    // fit. Narrow numbers have 18 digits, so the sum of any number of rows fits.
    private static IEnumerable<string> Sums(ValueColumn value) => value.Kind == ColumnKind.Narrow
        ? [Text($"{NarrowSum.Name}({value.Name})")]
        : [Text($"sum(trunc({value.Name}))"), Text($"sum({value.Name} - trunc({value.Name}))")];

    private static IEnumerable<string> Latest(string column) =>
        [Text($"arg_max({column}, {LatestKey})"), Text($"max({LatestKey}) FILTER ({column} IS NOT NULL)")];

    private static string Text(string expression) => $"({expression})::VARCHAR";

    private static IEnumerable<ExactTotal> Present(IEnumerable<string?> values) =>
        values.OfType<string>().Select(ExactTotal.Parse);

    private static ExactTotal Sum(IEnumerable<string?> values) =>
        Present(values).Aggregate(default(ExactTotal), (total, value) => total + value);

    private static decimal Total(IReadOnlyList<string?> values) =>
        values is [{ Length: <= ExactNumber.MaximumDigits } only] ? Short(only) : Sum(values).ToDecimal();

    // A text this short is exact as a decimal.
    private static decimal Short(string text) =>
        ExactDecimal.WithoutZeros(decimal.Parse(text, CultureInfo.InvariantCulture));

    private static decimal Min(IReadOnlyList<string?> values) =>
        Present(values).MinBy(value => value.Units).ToDecimal();

    private static decimal Greatest(IReadOnlyList<string?> values) =>
        Present(values).MaxBy(value => value.Units).ToDecimal();

    private static decimal Mean(IReadOnlyList<string?> values) =>
        Sum(values.SkipLast(1)).MeanOf(long.Parse(values[^1]!, CultureInfo.InvariantCulture));

    private static decimal LatestOf(IReadOnlyList<string?> values) => ExactTotal.Parse(
        values.Chunk(2)
            .Where(pair => pair[0] is not null)
            .MaxBy(pair => BigInteger.Parse(pair[1]!, CultureInfo.InvariantCulture))![0]!)
        .ToDecimal();
}

/// <summary>A column with values of the aggregated field.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Kind">Kind of its values.</param>
internal readonly record struct ValueColumn(string Name, ColumnKind Kind);
