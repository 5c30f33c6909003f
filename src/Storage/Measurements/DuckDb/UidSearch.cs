using System.Text;
using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>A row of a usage table that has a certain uid.</summary>
/// <param name="Meter">Key of its meter.</param>
/// <param name="Account">Key of its account.</param>
/// <param name="Sequence">Its position in the log.</param>
internal readonly record struct FoundRow(int Meter, int Account, long Sequence);

/// <summary>
/// Finds the rows of an organization that have certain uids, by scanning the uid columns of all its meters. There is no
/// index of stored uids, because it would slow down every load, and the search is rare.
/// </summary>
internal sealed class UidSearch
{
    private readonly DuckDBConnection _connection;
    private readonly KeyMaps _keys;
    private readonly long _before;
    private readonly List<string> _uuids = [];
    private readonly List<string> _others = [];
    private readonly List<FoundRow> _found = [];

    private UidSearch(DuckDBConnection connection, KeyMaps keys, IReadOnlyList<string> uids, long before)
    {
        (_connection, _keys, _before) = (connection, keys, before);
        foreach (var uid in uids)
            (UuidText.TryParse(Encoding.UTF8.GetBytes(uid), out _) ? _uuids : _others).Add(uid);
    }

    /// <summary>Finds the rows.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="keys">The keys as of before the transaction.</param>
    /// <param name="organization">Key of the organization.</param>
    /// <param name="uids">The uids.</param>
    /// <param name="before">Only rows before this position in the log.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public static List<FoundRow> Find(
        DuckDBConnection connection, KeyMaps keys, int organization, IReadOnlyList<string> uids, long before,
        CancellationToken cancellationToken)
    {
        var search = new UidSearch(connection, keys, uids, before);
        search.FindShared(organization);
        var sorted = UsageParts.ReadAll(connection).Select(part => part.Meter).ToHashSet();
        foreach (var ((owner, _), meter) in keys.Meters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (owner == organization && (keys.Own.ContainsKey(meter) || sorted.Contains(meter)))
                search.FindLarge(meter);
        }
        return search._found;
    }

    private void FindShared(int organization) => Find(
        "meter",
        FormattableString.Invariant(
            $"""
            {SharedTable.Name} s SEMI JOIN (SELECT key FROM meters WHERE organization = {organization}) m
                ON m.key = s.meter
            """),
        _keys.FindColumn(SharedTable.Key, "0", ColumnKind.Uid));

    private void FindLarge(int meter)
    {
        var source = _keys.SourceOf(meter) with { Shared = null };
        Find(
            FormattableString.Invariant($"{meter}"), UsageParts.Relation(_connection, source), _keys.FindUids(meter));
    }

    private void Find(string meter, string rows, string? uidColumn)
    {
        if (_uuids.Count > 0)
            Find(meter, rows, "uuid IN (SELECT unnest($1)::UUID)", _uuids);
        if (_others.Count > 0 && uidColumn is not null)
            Find(meter, rows, $"{uidColumn} IN (SELECT unnest($1))", _others);
    }

    private void Find(string meter, string rows, string condition, List<string> uids)
    {
        using var command = _connection.Command(
            FormattableString.Invariant(
                $"SELECT {meter}, account, sequence FROM {rows} WHERE sequence < {_before} AND {condition}"),
            uids);
        _found.AddRange(command.Read(row =>
            new FoundRow(row.GetInt32(0), row.GetInt32(1), row.GetInt64(2))));
    }
}
