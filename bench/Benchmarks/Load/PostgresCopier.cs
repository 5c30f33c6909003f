using Npgsql;

namespace Tallystick.Benchmarks.Load;

/// <summary>Copies batches straight into the table: filled in the fastest way, without a unique key.</summary>
internal sealed class PostgresCopier : IBatchSender
{
    private readonly NpgsqlConnection _connection;
    private readonly Workload _workload;
    private readonly int _number;

    public PostgresCopier(string database, Workload workload, int number)
    {
        (_workload, _number) = (workload, number);
        _connection = new NpgsqlConnection(database);
        _connection.Open();
    }

    /// <inheritdoc/>
    public void Send(int template, long[] numbers)
    {
        using var rows = _connection.BeginBinaryImport(
            $"COPY measurement ({PostgresSender.Columns}) FROM STDIN (FORMAT BINARY)");
        for (var slot = 0; slot < numbers.Length; slot++)
        {
            var sample = _workload.Of(_number, numbers[slot]);
            PostgresSender.Write(rows, _workload, sample, Workload.ValuesOf(template, slot));
        }
        rows.Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();
}
