using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes one load: rows, failures, tallies and the position in the log, in one transaction.</summary>
internal sealed class LoadTransaction(Engine engine)
{
    private const int None = -1;

    private readonly DuckDBConnection _connection = engine.Writer;
    private readonly KeyAllocator _keys = new(engine.Writer, engine.Keys);

    /// <summary>Writes and commits the load, unless it was written before.</summary>
    /// <param name="load">The load.</param>
    /// <param name="tables">The tables into which its rows go.</param>
    /// <exception cref="InvalidOperationException">The load does not begin at the store's position.</exception>
    public LoadOutcome Run(MeasurementLoad load, LoadTables tables)
    {
        using var transaction = _connection.BeginTransaction();
        if (WasApplied(load))
            return LoadOutcome.AlreadyApplied;
        var accounts = Write(load, tables);
        engine.Commits.Commit(transaction);
        _keys.Publish();
        engine.Accounts.Keep(load.Accounts, accounts);
        return LoadOutcome.Applied;
    }

    private bool WasApplied(MeasurementLoad load)
    {
        using var state = _connection.Command("SELECT position FROM state");
        var position = state.ExecuteScalar() as long?;
        if (position == load.From.Value)
            return false;
        if (position > load.From.Value && position >= load.To.Value)
            return true;
        throw new InvalidOperationException(
            $"The load covers {load.From.Value} to {load.To.Value}, but the measurement store has loaded the log up to "
            + $"{position}.");
    }

    private int[] Write(MeasurementLoad load, LoadTables tables)
    {
        var accounts = AccountKeys(load.Accounts);
        // A meter may occur twice in a load, so determine its columns before writing any rows.
        foreach (var part in tables.Own.Concat(tables.Shared))
            _keys.Columns(MeterOf(part.Rows), part.Needed);
        WriteShared(tables.Shared, accounts);
        foreach (var part in tables.Own)
            WriteOwn(part.Rows, accounts);
        WriteFailures(load.Failures);
        WriteTallies(load.Tallies);
        _keys.Flush();
        _connection.Execute("UPDATE state SET position = $1", load.To.Value);
        return accounts;
    }

    private int[] AccountKeys(IReadOnlyList<LoadedAccount> accounts)
    {
        var keys = new int[accounts.Count];
        string? organizationId = null;
        var organization = None;
        for (var index = 0; index < keys.Length; index++)
        {
            var account = accounts[index];
            if (engine.Accounts.Find(account) is { } known)
            {
                keys[index] = known;
                continue;
            }
            // Loads have thousands of accounts, mostly of one organization.
            if (!ReferenceEquals(account.OrganizationId, organizationId))
                organization = _keys.Organization(organizationId = account.OrganizationId);
            keys[index] = _keys.Account(organization, account.AccountId);
        }
        return keys;
    }

    private int MeterOf(MeterRows rows) => _keys.Meter(_keys.Organization(rows.OrganizationId), rows.MeterId);

    private void WriteOwn(MeterRows rows, int[] accounts)
    {
        var meter = MeterOf(rows);
        var writer = new UsageRowsWriter(rows, accounts, _keys.WidenOwn(meter));
        writer.RequireValues();
        engine.Loader.Insert(KeyMaps.Table(meter), writer);
    }

    private void WriteShared(List<AssignedRows> meters, int[] accounts)
    {
        if (meters.Count == 0)
            return;
        var writer = new SharedRowsWriter(_keys.WidenShared(meters.Select(part => MeterOf(part.Rows))));
        foreach (var (rows, _) in meters)
        {
            var meter = MeterOf(rows);
            writer.Add(rows, accounts, _keys.Columns(meter, []), meter);
            _keys.AddShared(meter, rows.Count);
        }
        engine.Loader.Insert(SharedTable.Name, writer);
    }

    private void WriteFailures(IReadOnlyList<FailedMeasurement> failures)
    {
        if (failures.Count == 0)
            return;
        // Get the keys first, because a new organization is inserted at once.
        var keys = new (int Organization, int Account)[failures.Count];
        for (var row = 0; row < keys.Length; row++)
        {
            var organization = _keys.Organization(failures[row].OrganizationId);
            keys[row] = (organization, failures[row].AccountId is { } id ? _keys.Account(organization, id) : None);
        }
        engine.Loader.Insert("failures", new FailureRows(failures, keys));
    }

    private void WriteTallies(IReadOnlyList<MeterDay> tallies)
    {
        using var appender = _connection.CreateAppender("tallies");
        foreach (var tally in tallies)
        {
            var organization = _keys.Organization(tally.OrganizationId);
            appender.CreateRow()
                .AppendValue(organization)
                .AppendValue(tally.MeterId is { } id ? _keys.Meter(organization, id) : None)
                .AppendValue(tally.MeterCode)
                .AppendValue(Nanoseconds.DayOf(tally.Day))
                .AppendValue(tally.Tally.Accepted)
                .AppendValue(tally.Tally.Stored)
                .AppendValue(tally.Tally.Duplicate)
                .AppendValue(tally.Tally.Failed)
                .AppendValue(tally.Tally.Voided)
                .AppendValue(tally.Tally.Erased)
                .EndRow();
        }
    }
}
