using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Meters;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>A column of the table <c>measurements</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Field">The field whose values it has; null for the columns that every meter has.</param>
internal sealed record SandboxColumn(string Name, DataField? Field = null)
{
    /// <summary>The columns that every meter has. A field with the same code is hidden by them.</summary>
    public static IReadOnlyList<SandboxColumn> OfAnyMeter { get; } =
    [
        new("uid"), new("ts"), new("ets"), new("received_at"), new("account_id"), new("account_code"),
    ];

    /// <summary>All columns for a meter, including those whose names differ only by case.</summary>
    public static IReadOnlyList<SandboxColumn> Of(Meter meter) =>
    [
        .. OfAnyMeter,
        .. meter.DataFields.Concat(meter.DerivedFields)
            .Where(field => !OfAnyMeter.Any(
                column => string.Equals(column.Name, field.Code, StringComparison.OrdinalIgnoreCase)))
            .Select(field => new SandboxColumn(field.Code, field)),
    ];

    /// <summary>
    /// The columns that a query reads. Others are not copied, so that their size does not count. Always at least one.
    /// </summary>
    /// <exception cref="CustomSqlException">A name stands for several fields.</exception>
    public static IReadOnlyList<SandboxColumn> ReadBy(SqlTree query, Meter meter)
    {
        var read = Of(meter).Where(column => column.Name == "ts" || query.Reads(column.Name)).ToList();
        foreach (var same in read.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Count() > 1)
            {
                throw new CustomSqlException(
                    $"the codes of the fields {string.Join(" and ", same.Select(column => $"'{column.Name}'"))} differ "
                    + "only by case, which SQL ignores");
            }
        }
        return read;
    }

    /// <summary>SQL type of the column.</summary>
    /// <param name="number">The type of numbers.</param>
    public string SqlType(string number) => Field is { } field
        ? field.Category.IsNumeric() ? number : "VARCHAR"
        : Name is "ts" or "ets" or "received_at" ? "TIMESTAMP" : "VARCHAR";

    /// <summary>The name in quotes.</summary>
    public string Quoted => $"\"{Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
