using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Builds the condition that field filters make on rows <c>m</c>.</summary>
internal static class FilterSql
{
    /// <summary>The condition; <c>true</c> without filters.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="meter">The meter, which determines whether a filtered field exists.</param>
    /// <param name="textOf">SQL of the value of a text field.</param>
    /// <param name="parameters">Parameters of the statement; those of the filters are appended.</param>
    public static string Condition(
        IReadOnlyList<FieldFilter> filters, Meter meter, Func<string, string> textOf, List<DuckDBParameter> parameters)
    {
        // A filter of a field that no measurement can have is decided here, so that the statement stays short.
        if (filters.Any(filter => !filter.IsExcluded && !IsText(meter, filter.Field)))
            return "false";
        var conditions = filters.Where(filter => IsText(meter, filter.Field))
            .GroupBy(filter => (filter.Field, filter.IsExcluded))
            .Select(group =>
            {
                parameters.Add(new DuckDBParameter(group.Select(filter => filter.Value).Distinct().ToList()));
                var isOne = FormattableString.Invariant(
                    $"{textOf(group.Key.Field)} IN (SELECT unnest(${parameters.Count}))");
                return group.Key.IsExcluded ? $"NOT ({isOne})" : isOne;
            });
        return string.Join(" AND ", conditions.Append("true"));
    }

    private static bool IsText(Meter meter, string field) => meter.DataFields.Concat(meter.DerivedFields)
        .Any(one => one.Code == field && !one.Category.IsNumeric());
}
