using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Writes the failures of a load.</summary>
/// <param name="failures">The failures.</param>
/// <param name="keys">For each failure, the keys of its organization and its account.</param>
internal sealed class FailureRows(
    IReadOnlyList<FailedMeasurement> failures, (int Organization, int Account)[] keys) : IRowSource
{
    private const int Organization = 0;
    private const int Sequence = 1;
    private const int Type = 2;
    private const int Detail = 3;
    private const int ReceivedAt = 4;
    private const int Account = 5;

    /// <inheritdoc/>
    public IReadOnlyList<ColumnType> Types { get; } =
    [
        ColumnType.Int32, ColumnType.Int64, ColumnType.Int32, ColumnType.Text, ColumnType.Int64, ColumnType.Int32,
    ];

    /// <inheritdoc/>
    public int Count => failures.Count;

    /// <inheritdoc/>
    public void Write(ChunkWriter chunk, int first, int count)
    {
        var hasDetail = chunk.Presence(Detail);
        hasDetail.Clear();
        for (var row = 0; row < count; row++)
        {
            var failure = failures[first + row];
            chunk.Values<int>(Organization)[row] = keys[first + row].Organization;
            chunk.Values<long>(Sequence)[row] = failure.Position.Value;
            chunk.Values<int>(Type)[row] = (int)failure.Type;
            if (failure.Detail is { } detail)
            {
                chunk.Text(Detail, row, Encoding.UTF8.GetBytes(detail));
                hasDetail[row >> 6] |= 1UL << (row & 63);
            }
            chunk.Values<long>(ReceivedAt)[row] = Nanoseconds.Of(failure.ReceivedAt);
            chunk.Values<int>(Account)[row] = keys[first + row].Account;
        }
    }
}
