using System.Globalization;
using Tallystick.Billing.Contracts;
using Tallystick.Metering.Measurements;

namespace Tallystick.Billing.Calculation.Usage;

/// <summary>The usage filters of a contract, as the store and the calculation need them.</summary>
internal static class UsageFilters
{
    /// <summary>A text that is equal for equal filters, whatever their order; empty without filters.</summary>
    public static string KeyOf(IEnumerable<UsageFilter> filters) => string.Concat(filters
        .Select(filter => string.Create(
            CultureInfo.InvariantCulture,
            $"{filter.Mode}:{filter.DimensionCode.Length}:{filter.DimensionCode}="
            + $"{filter.Value.Length}:{filter.Value};"))
        .Order(StringComparer.Ordinal));

    /// <summary>The filters of a usage query.</summary>
    public static IReadOnlyList<FieldFilter> OfFields(IEnumerable<UsageFilter> filters) =>
    [
        .. filters.Select(filter => new FieldFilter(
            filter.DimensionCode, filter.Value, filter.Mode == UsageFilterMode.Exclude)),
    ];
}
