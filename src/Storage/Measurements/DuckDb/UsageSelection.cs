using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Decides how to answer a usage query. Windows with the same period, such as those of a billing run, share one pass
/// over that period; all other windows are joined with the rows.
/// </summary>
internal sealed class UsageSelection
{
    // Up to this number of different periods, each gets a pass of its own.
    private const int MaxPasses = 8;

    // A period with this many windows always gets a pass of its own.
    private const int PassWindows = 64;

    // Up to this number of accounts, the statement lists them; with more, it reads the range of keys that they span.
    private const int MaxListedAccounts = 256;

    private readonly UsageQuery _query;
    private readonly KeyMaps _keys;
    private readonly int _meter;
    private readonly UsageSource _source;
    private readonly ValueColumn[] _columns;
    private readonly ValueSql _values;
    private readonly List<WindowKeys[]> _periods;
    private readonly WindowKeys[] _others;

    private UsageSelection(UsageQuery query, KeyMaps keys, int meter, WindowKeys[] windows, ValueColumn[] columns)
    {
        (_query, _keys, _meter, _columns) = (query, keys, meter, columns);
        _values = ValueSql.Build(query.Method, columns);
        _source = keys.SourceOf(meter);
        var isInSet = windows.ToLookup(window => window.Index >= query.Windows.Count);
        var periods = isInSet[false].GroupBy(window => (window.First, window.End)).Select(period => period.ToArray())
            .ToList();
        _periods = periods.Count <= MaxPasses ? periods : periods.FindAll(period => period.Length >= PassWindows);
        // The rows of a set are aggregated together, so they are joined with their windows.
        _others = periods.Count <= MaxPasses
            ? [.. isInSet[true]]
            : [.. periods.Where(period => period.Length < PassWindows).SelectMany(period => period), .. isInSet[true]];
    }

    /// <returns>Null if there can be no data.</returns>
    /// <exception cref="ArgumentException">The method does not apply to the field.</exception>
    public static UsageSelection? Build(UsageQuery query, KeyMaps keys)
    {
        var kinds = ValueSql.Kinds(query);
        if (!keys.Organizations.TryGetValue(query.OrganizationId, out var organization)
            || !keys.Meters.TryGetValue((organization, query.Meter.Id), out var meter))
            return null;
        var columns = kinds
            .Select(kind => (Kind: kind, Name: keys.FindColumn(meter, query.Field, kind)))
            .Where(column => column.Name is not null)
            .Select(column => new ValueColumn(column.Name!, column.Kind)).ToArray();
        var windows = WindowKeys.Of(query, keys, organization);
        return columns.Length == 0 || windows.Length == 0
            ? null
            : new UsageSelection(query, keys, meter, windows, columns);
    }

    /// <summary>Runs the query within the connection's transaction.</summary>
    public IReadOnlyList<UsageValue> Read(DuckDBConnection connection)
    {
        var values = new List<UsageValue>();
        foreach (var period in _periods)
            values.AddRange(ReadPeriod(connection, period));
        if (_others.Length > 0)
            values.AddRange(ReadOthers(connection));
        values.Sort((left, right) =>
            (left.WindowIndex, left.SegmentIndex).CompareTo((right.WindowIndex, right.SegmentIndex)));
        return values;
    }

    private List<UsageValue> ReadPeriod(DuckDBConnection connection, WindowKeys[] windows)
    {
        var (first, windowEnd) = (windows[0].First, windows[0].End);
        var ofAccount = windows.ToLookup(window => window.Account, window => window.Index);
        var accounts = ofAccount.Select(account => account.Key).Order().ToArray();
        var condition = accounts.Length switch
        {
            1 => FormattableString.Invariant($"m.account = {accounts[0]}"),
            <= MaxListedAccounts => $"m.account IN ({string.Join(", ", accounts.Select(
                account => account.ToString(CultureInfo.InvariantCulture)))})",
            _ => FormattableString.Invariant($"m.account BETWEEN {accounts[0]} AND {accounts[^1]}"),
        };
        var relation = UsageParts.Relation(connection, _source, first, windowEnd);
        if (accounts.Length > MaxListedAccounts && NarrowSummand is { } column)
        {
            var sums = $"SELECT {AccountSums.Name}(m.account, m.{column}) FROM {relation} m WHERE {condition}";
            return ReadSums(connection, sums, ofAccount);
        }
        var sql = new UsageSql(_query, _keys, _meter, _values);
        using var command = sql.Command(
            connection,
            "m.account",
            $"FROM {relation} m {sql.SegmentJoins} WHERE {condition} AND {sql.Filter}");
        var rows = command.Read(row => (
            Account: row.GetInt32(0), Segment: row.GetInt32(1),
            Value: ofAccount.Contains(row.GetInt32(0)) ? _values.Read(row, 2) : 0));
        return [.. rows.SelectMany(row => ofAccount[row.Account].Select(
            window => new UsageValue(window, row.Segment, row.Value)))];
    }

    // The column to sum, if the query is only the sum of one narrow column; otherwise null.
    private string? NarrowSummand =>
        _query.Method == AggregationMethod.Sum && _query.Segments.Count == 0 && _query.Filters.Count == 0
        && _columns is [{ Kind: ColumnKind.Narrow } only]
            ? only.Name
            : null;

    private static List<UsageValue> ReadSums(
        DuckDBConnection connection, string sql, ILookup<int, int> windowsOfAccount)
    {
        var values = new List<UsageValue>();
        ChunkReader.Read(
            connection, sql,
            chunk =>
            {
                foreach (ref readonly var sum in AccountSums.Read(chunk.Text(0, 0)))
                {
                    foreach (var window in windowsOfAccount[sum.Account])
                        values.Add(new UsageValue(window, SegmentIndex: -1, ExactDecimal.OfNarrow(sum.Units)));
                }
            },
            CancellationToken.None);
        return values;
    }

    private List<UsageValue> ReadOthers(DuckDBConnection connection)
    {
        var sql = new UsageSql(_query, _keys, _meter, _values);
        var relation = UsageParts.Relation(
            connection, _source, _others.Min(window => window.First), _others.Max(window => window.End));
        using var command = sql.Command(
            connection,
            "w.i",
            $"""
            FROM {relation} m
            JOIN ({sql.Windows(_others)}) w ON m.account = w.account AND m.ts >= w.first AND m.ts < w.window_end
            {sql.SegmentJoins}
            WHERE {sql.Filter}
            """);
        return command.Read(row => new UsageValue(row.GetInt32(0), row.GetInt32(1), _values.Read(row, 2)));
    }
}

/// <summary>A window of a query, in terms of the store's keys.</summary>
/// <param name="Index">Index of the window in the query; windows of a set have that of the set.</param>
/// <param name="Account">Key of the account.</param>
/// <param name="First">The first nanosecond of the window.</param>
/// <param name="End">The first nanosecond after it.</param>
internal readonly record struct WindowKeys(int Index, int Account, long First, long End)
{
    /// <summary>The windows of a query that can have data.</summary>
    public static WindowKeys[] Of(UsageQuery query, KeyMaps keys, int organization) =>
        [.. query.Windows.Index()
            .Concat(query.WindowSets.Index().SelectMany(
                set => set.Item, (set, window) => (Index: query.Windows.Count + set.Index, Item: window)))
            .Select(window => new WindowKeys(
                window.Index,
                keys.Accounts.TryGetValue((organization, window.Item.AccountId), out var account) ? account : -1,
                Nanoseconds.OfBound(window.Item.Window.Start),
                Nanoseconds.OfBound(window.Item.Window.End)))
            .Where(window => window.Account >= 0 && window.First < window.End)];
}
