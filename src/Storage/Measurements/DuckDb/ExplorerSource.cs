using DuckDB.NET.Data;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Usage;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>What a data explorer query reads of each meter, and the parameters for it.</summary>
internal sealed class ExplorerSource
{
    private readonly UsageExploration _query;
    private readonly KeyMaps _keys;
    private readonly List<DuckDBParameter> _parameters = [];
    private readonly int _organization;
    private readonly DuckDBConnection _connection;
    private readonly long _first;
    private readonly long _behind;
    private readonly string? _accounts;

    private ExplorerSource(DuckDBConnection connection, UsageExploration query, KeyMaps keys, int organization)
    {
        (_connection, _query, _keys, _organization) = (connection, query, keys, organization);
        _first = Nanoseconds.OfBound(query.Window.Start);
        _behind = Nanoseconds.OfBound(query.Window.End);
        if (query.AccountIds is { } ids)
            _accounts = Add(ids.Select(KeyOf).Where(key => key >= 0).Distinct().ToList());
    }

    /// <returns>Null if the organization has no data.</returns>
    public static ExplorerSource? Find(DuckDBConnection connection, UsageExploration query, KeyMaps keys) =>
        keys.Organizations.TryGetValue(query.OrganizationId, out var organization)
            ? new ExplorerSource(connection, query, keys, organization)
            : null;

    /// <summary>The matching measurements of a meter, as <c>FROM … WHERE …</c>; null if it has no data.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="also">SQL of an additional condition on the rows.</param>
    public string? From(Meter meter, string also = "true")
    {
        if (FindKey(meter) is not { } key)
            return null;
        List<string> conditions = [also];
        AddAccounts(conditions);
        foreach (var filter in _query.Filters.Where(filter => filter.MeterId == meter.Id))
        {
            conditions.Add(FindText(meter, filter.FieldCode) is { } column
                ? $"m.{column} IN (SELECT unnest({Add(filter.Values.Distinct().ToList())}))"
                : "false");
        }
        if (_query.Scopes is { } scopes)
        {
            var within = scopes.Select(scope => Within(scope, meter, key)).Append("false");
            conditions.Add($"({string.Join(" OR ", within)})");
        }
        var relation = UsageParts.Relation(_connection, _keys.SourceOf(key), _first, _behind);
        return $"FROM {relation} m WHERE {string.Join(" AND ", conditions)}";
    }

    /// <summary>
    /// The same for several meters that have rows only in the shared table; the result includes the key of the meter.
    /// </summary>
    /// <param name="meter">One of the meters. Meters for which the result is the same can be read together.</param>
    /// <param name="meters">SQL of the keys of the meters.</param>
    /// <param name="also">SQL of an additional condition on the rows.</param>
    public string FromShared(Meter meter, string meters, string also)
    {
        List<string> conditions = [also, .. UsageParts.Bounds(_first, _behind, long.MinValue, long.MaxValue)];
        AddAccounts(conditions);
        var source = _keys.SourceOf(FindKey(meter)!.Value);
        return $"FROM ({source.SelectShared(meters)}) m WHERE {string.Join(" AND ", conditions)}";
    }

    /// <summary>The column of a text field; null if no measurement ever had a value.</summary>
    public string? FindText(Meter meter, string code) =>
        FindKey(meter) is { } key ? _keys.FindColumn(key, code, ColumnKind.Text) : null;

    /// <summary>SQL of the uid of a row <c>r</c> if it is not a UUID.</summary>
    public string Uids(Meter meter) => FindKey(meter) is { } key && _keys.FindUids(key) is { } column
        ? $"r.{column}"
        : "NULL::VARCHAR";

    /// <summary>SQL of the end of the usage of a row <c>r</c>.</summary>
    public string Ets(Meter meter) => FindKey(meter) is { } key && _keys.FindEts(key) is { } column
        ? $"r.{column}"
        : "NULL::BIGINT";

    /// <summary>The columns that store the values of a field.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="code">Code of the field.</param>
    /// <param name="method">How the values are combined; null to read them.</param>
    public ValueColumn[] Columns(Meter meter, string code, AggregationMethod? method = null)
    {
        if (FindKey(meter) is not { } key)
            return [];
        var field = meter.DataFields.Concat(meter.DerivedFields).First(field => field.Code == code);
        return [.. ValueSql.Kinds(field, method)
            .Select(kind => (Kind: kind, Name: _keys.FindColumn(key, code, kind)))
            .Where(column => column.Name is not null)
            .Select(column => new ValueColumn(column.Name!, column.Kind))];
    }

    /// <summary>Creates a statement; it must use all parameters added so far.</summary>
    public DuckDBCommand Command(string sql) => _connection.Command(
        sql, [.. _parameters.Select(parameter => parameter.Value!)]);

    /// <summary>Key of a meter; null if it has never had rows.</summary>
    public int? FindKey(Meter meter) => _keys.Meters.TryGetValue((_organization, meter.Id), out var key) ? key : null;

    private void AddAccounts(List<string> conditions)
    {
        if (_accounts is not null)
            conditions.Add($"m.account IN (SELECT unnest({_accounts}))");
    }

    // Accounts of the same window share a condition: a hierarchy can have a thousand accounts.
    private string Within(UsageScope scope, Meter meter, int key)
    {
        var windows = scope.Windows.GroupBy(window => window.Window, window => KeyOf(window.AccountId))
            .Select(group => (group.Key, Accounts: group.Where(account => account >= 0).Distinct().ToList()))
            .Where(group => group.Accounts.Count > 0)
            .Select(group => FormattableString.Invariant(
                $"(m.ts >= {Nanoseconds.OfBound(group.Key.Start)} AND m.ts < {Nanoseconds.OfBound(group.Key.End)}")
                + $" AND m.account IN ({string.Join(", ", group.Accounts)}))")
            .ToList();
        if (windows.Count == 0)
            return "false";
        var filters = FilterSql.Condition(
            scope.Filters, meter, field => UsageSql.TextOf(_keys, key, field), _parameters);
        return $"(({string.Join(" OR ", windows)}) AND {filters})";
    }

    private int KeyOf(string accountId) => _keys.Accounts.GetValueOrDefault((_organization, accountId), -1);

    private string Add(object value)
    {
        _parameters.Add(new DuckDBParameter(value));
        return FormattableString.Invariant($"${_parameters.Count}");
    }
}
