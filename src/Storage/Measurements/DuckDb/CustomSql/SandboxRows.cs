using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// Copies the measurements of one target from the measurement store. The statement contains no text from users, and
/// nothing of the query.
/// </summary>
internal sealed class SandboxRows
{
    // Digits after the point that numbers always have.
    private const int MinScale = 6;
    private const int MinDigits = 18;
    private const int MaxDigits = 38;

    // The type of the narrow columns of the store.
    private static readonly string Narrow = Decimal(MinDigits, MinScale);

    private readonly CustomSqlOptions _options;
    private readonly IReadOnlyList<SandboxColumn> _columns;
    private readonly CustomSqlTarget _target;
    private readonly UsageQuery _query;
    private readonly KeyMaps _keys;
    private readonly int? _meter;
    private readonly int? _account;
    private readonly UsageSource? _source;

    /// <summary>Prepares to copy; call before the transaction that reads begins.</summary>
    public SandboxRows(
        CustomSqlQuery query, CustomSqlTarget target, IReadOnlyList<SandboxColumn> columns, CustomSqlOptions options,
        KeyMaps keys)
    {
        (_target, _columns, _options, _keys) = (target, columns, options, keys);
        _query = new UsageQuery
        {
            OrganizationId = query.OrganizationId,
            Meter = query.Meter,
            Field = "",
            Method = AggregationMethod.Count,
            Windows = [new UsageWindow(target.AccountId, target.Window)],
            SegmentedFields = query.SegmentedFields,
            Segments = query.Segments,
            Filters = query.Filters,
        };
        _meter = keys.FindMeter(query.OrganizationId, query.Meter.Id);
        if (_meter is { } meter && WindowKeys.Of(_query, keys, keys.Organizations[query.OrganizationId]) is [var one])
            (_account, _source) = (one.Account, keys.SourceOf(meter));
    }

    /// <summary>Makes the table of a sandbox with the measurements.</summary>
    /// <returns>The number of measurements.</returns>
    /// <exception cref="CustomSqlException">The measurements exceed a limit.</exception>
    public int CopyTo(SqlSandbox sandbox, DuckDBConnection connection, CancellationToken cancellationToken)
    {
        if (_source is null || _target.SegmentIndex >= _query.Segments.Count)
        {
            sandbox.MakeTable(_columns, Narrow);
            return 0;
        }
        CheckRows(connection);
        CheckTexts(connection);
        var number = FindNumberType(connection);
        sandbox.MakeTable(_columns, number);
        var parameters = new List<DuckDBParameter>();
        var from = From(connection, parameters);
        var select = string.Join(", ", _columns.Select(column => Select(column, number, parameters)));
        using var appender = sandbox.Append();
        var rows = 0;
        ChunkReader.Read(
            connection, $"SELECT {select} {from}", parameters, chunk =>
            {
                rows += chunk.Rows;
                appender.Add(chunk.Data);
            },
            cancellationToken);
        appender.Complete();
        return rows;
    }

    private string From(DuckDBConnection connection, List<DuckDBParameter> parameters)
    {
        var (first, end) = (
            Nanoseconds.OfBound(_target.Window.Start), Nanoseconds.OfBound(_target.Window.End));
        var relation = UsageParts.Relation(connection, _source!, first, end);
        var filter = FilterSql.Condition(_query.Filters, _query.Meter, TextOf, parameters);
        var ofAccount = FormattableString.Invariant($"m.account = {_account} AND {filter}");
        if (_target.SegmentIndex is not { } segment)
            return $"FROM {relation} m WHERE {ofAccount}";
        var segments = new SegmentSql(
            _query, [.. _query.SegmentedFields.Select(TextOf)], parameters);
        return FormattableString.Invariant(
            $"FROM {relation} m {segments.Joins} WHERE {ofAccount} AND {segments.Index} = {segment}");
    }

    private string TextOf(string field) => UsageSql.TextOf(_keys, _meter!.Value, field);

    private string Select(SandboxColumn column, string number, List<DuckDBParameter> parameters)
    {
        if (column.Field is not null)
            return $"{Value(column, number)} AS {column.Quoted}";
        return column.Name switch
        {
            "uid" => $"coalesce(m.uuid::VARCHAR, {Named(_keys.FindUids(_meter!.Value), "VARCHAR")})",
            "ts" => Timestamp("m.ts"),
            "ets" => Timestamp(Named(_keys.FindEts(_meter!.Value), "BIGINT")),
            "received_at" => Timestamp("m.received_at"),
            "account_id" => Parameter(_target.AccountId),
            _ => Parameter(_target.AccountCode),
        };

        string Parameter(string text)
        {
            parameters.Add(new DuckDBParameter(text));
            return FormattableString.Invariant($"${parameters.Count}::VARCHAR");
        }
    }

    // A number is in exactly one of the columns of its field.
    private string Value(SandboxColumn column, string number)
    {
        var type = column.SqlType(number);
        return Stored(column) switch
        {
            [] => $"NULL::{type}",
            [var only] when !column.Field!.Category.IsNumeric() => $"m.{only}",
            var stored => $"coalesce({string.Join(", ", stored.Select(one => $"m.{one}::{type}"))})",
        };
    }

    private string[] Stored(SandboxColumn column)
    {
        ColumnKind[] kinds = column.Field!.Category.IsNumeric() ? ColumnKinds.Tiers : [ColumnKind.Text];
        return [.. kinds.Select(kind => _keys.FindColumn(_meter!.Value, column.Field.Code, kind)).OfType<string>()];
    }

    // A type in which all numbers are exact, with no more digits than they need: where numbers of different scales
    // meet, the engine drops digits after the point if their common type would have more than 38 digits.
    private string FindNumberType(DuckDBConnection connection)
    {
        var numbers = _columns.Where(column => column.Field?.Category.IsNumeric() == true)
            .SelectMany(Stored).Select(name => $"m.{name}").ToList();
        // Most meters have only narrow numbers, which need no look at the values.
        if (numbers.TrueForAll(name => _columns.Any(column => column.Field is { } field
            && $"m.{_keys.FindColumn(_meter!.Value, field.Code, ColumnKind.Narrow)}" == name)))
            return Narrow;
        var whole = Longest(
            connection, numbers.Select(name => $"length(ltrim(split_part(abs({name})::VARCHAR, '.', 1), '0'))"));
        var scale = (int)Math.Max(MinScale, Longest(
            connection, numbers.Select(name => $"length(rtrim(split_part({name}::VARCHAR, '.', 2), '0'))")));
        return whole + scale <= MaxDigits
            ? Decimal((int)Math.Max(MinDigits, whole + scale), scale)
            : throw new CustomSqlException(
                $"reads numbers with {whole} digits before the point and numbers with {scale} digits after it, "
                + $"more than {MaxDigits} together");
    }

    // Before the values are looked at, which takes longer.
    private void CheckRows(DuckDBConnection connection)
    {
        var parameters = new List<DuckDBParameter>();
        var rows = FormattableString.Invariant(
            $"SELECT 1 {From(connection, parameters)} LIMIT {_options.MaxRows + 1L}");
        if (Number(connection, $"SELECT count(*) FROM ({rows})", parameters) > _options.MaxRows)
        {
            throw new CustomSqlException(string.Create(
                CultureInfo.InvariantCulture, $"reads more than {_options.MaxRows} measurements"));
        }
    }

    private void CheckTexts(DuckDBConnection connection)
    {
        var texts = _columns.Where(column => column.Field?.Category.IsNumeric() == false)
            .SelectMany(Stored).Select(name => $"strlen(m.{name})").ToList();
        if (texts.Count > 0 && Longest(connection, texts) > _options.MaxTextBytes)
        {
            throw new CustomSqlException(string.Create(
                CultureInfo.InvariantCulture, $"reads a text of more than {_options.MaxTextBytes} bytes"));
        }
    }

    // The greatest value of any of the expressions; 0 without values.
    private long Longest(DuckDBConnection connection, IEnumerable<string> lengths)
    {
        var parameters = new List<DuckDBParameter>();
        var from = From(connection, parameters);
        return Number(
            connection, $"SELECT coalesce(max(greatest({string.Join(", ", lengths)})), 0)::BIGINT {from}", parameters);
    }

    private static long Number(DuckDBConnection connection, string sql, List<DuckDBParameter> parameters)
    {
        using var command = connection.Command(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return (long)command.ExecuteScalar()!;
    }

    private static string Decimal(int digits, int scale) => FormattableString.Invariant($"DECIMAL({digits},{scale})");

    private static string Timestamp(string nanoseconds) =>
        $"make_timestamp({nanoseconds} // 1000 - ({nanoseconds} % 1000 < 0)::BIGINT)";

    private static string Named(string? column, string type) => column is null ? $"NULL::{type}" : $"m.{column}";
}
