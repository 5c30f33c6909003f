using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes one load: rows, failures, counts and the position in the log, in one transaction.</summary>
internal sealed class LoadTransaction(DuckDBConnection connection, KeyMaps committed)
{
    private readonly StagedKeys _keys = new(connection, committed);

    /// <summary>Writes and commits.</summary>
    /// <exception cref="InvalidOperationException">The load does not begin at the store's position.</exception>
    public void Run(MeasurementLoad load)
    {
        using var transaction = connection.BeginTransaction();
        using (var state = connection.Command("SELECT position FROM state"))
        {
            if (state.ExecuteScalar() is not long position || position != load.From.Value)
            {
                throw new InvalidOperationException(
                    $"The load begins at {load.From.Value}, which is not the position of the measurement store.");
            }
        }
        var sequence = NextSequence();
        foreach (var organization in load.Accepted.Keys)
            _keys.Organization(organization);
        sequence = WriteMeasurements(load.Measurements, sequence);
        sequence = WriteFailures(load.Failures, sequence);
        _keys.Flush();
        WriteTallies(load);
        connection.Execute("UPDATE state SET position = $1, sequence = $2", load.To.Value, sequence);
        transaction.Commit();
        _keys.Publish();
    }

    private long NextSequence()
    {
        using var state = connection.Command("SELECT sequence FROM state");
        return (long)state.ExecuteScalar()!;
    }

    private long WriteMeasurements(IReadOnlyList<EnrichedMeasurement> measurements, long sequence)
    {
        var rows = measurements.Select((measurement, index) =>
        {
            var organization = _keys.Organization(measurement.OrganizationId);
            return new Row(
                _keys.Meter(organization, measurement.MeterId),
                _keys.Account(organization, measurement.AccountId),
                sequence + index,
                measurement);
        });
        foreach (var meter in rows.GroupBy(row => row.Meter))
            WriteMeter(meter.Key, [.. meter.OrderBy(row => row.Account)]);
        return sequence + measurements.Count;
    }

    private void WriteMeter(int meter, Row[] rows)
    {
        var columns = _keys.Columns(meter, rows.SelectMany(row => row.Measurement.Fields).Select(ColumnOf).Distinct());
        var numbers = columns.Index().ToDictionary(column => column.Item, column => column.Index);
        var values = new FieldValue?[columns.Length];
        using var appender = connection.CreateAppender(KeyMaps.Table(meter));
        foreach (var row in rows)
        {
            Array.Clear(values);
            foreach (var field in row.Measurement.Fields)
                values[numbers[ColumnOf(field)]] = field;
            Append(appender.CreateRow(), row, columns, values);
        }
    }

    private static void Append(IDuckDBAppenderRow target, Row row, FieldColumn[] columns, FieldValue?[] values)
    {
        var measurement = row.Measurement.Measurement;
        target
            .AppendValue(measurement.Uid)
            .AppendValue(row.Account)
            .AppendValue(Nanoseconds.Of(measurement.Ts))
            .AppendValue(measurement.Ets is { } ets ? Nanoseconds.Of(ets) : (long?)null)
            .AppendValue(Nanoseconds.Of(row.Measurement.ReceivedAt))
            .AppendValue(row.Sequence);
        for (var number = 0; number < columns.Length; number++)
        {
            if (values[number] is not { } value)
                target.AppendNullValue();
            else if (columns[number].Kind == ColumnKind.Text)
                target.AppendValue(value.Text);
            else
                target.AppendValue((decimal?)ColumnKinds.Fit(value.Number, columns[number].Kind));
        }
        target.EndRow();
    }

    private long WriteFailures(IReadOnlyList<FailedMeasurement> failures, long sequence)
    {
        using var appender = connection.CreateAppender("failures");
        foreach (var failure in failures)
        {
            appender.CreateRow()
                .AppendValue(_keys.Organization(failure.OrganizationId))
                .AppendValue(sequence++)
                .AppendValue(failure.Type.ToString())
                .AppendValue(failure.Message)
                .AppendValue(Nanoseconds.Of(failure.ReceivedAt))
                .AppendValue(failure.Json)
                .EndRow();
        }
        return sequence;
    }

    private void WriteTallies(MeasurementLoad load)
    {
        foreach (var (organization, accepted) in load.Accepted)
        {
            var failures = load.Failures.Where(failure => failure.OrganizationId == organization).ToArray();
            var duplicates = (long)failures.Count(failure => failure.Type == IngestFailure.DuplicateUid);
            connection.Execute(
                """
                UPDATE tallies SET accepted = accepted + $1, duplicate = duplicate + $2, failed = failed + $3
                WHERE organization = $4
                """,
                accepted, duplicates, failures.Length - duplicates, _keys.Organization(organization));
        }
    }

    private static FieldColumn ColumnOf(FieldValue field) =>
        new(field.Code, field.Category.IsNumeric() ? ColumnKinds.TierOf(field.Number) : ColumnKind.Text);

    private readonly record struct Row(int Meter, int Account, long Sequence, EnrichedMeasurement Measurement);
}
