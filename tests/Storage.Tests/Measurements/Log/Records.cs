using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Tests.Measurements.Log;

/// <summary>Records whose bytes follow from a number, so that each can be told and checked by itself.</summary>
internal static class Records
{
    private const int NumberBytes = 8;

    internal static Instant Noon { get; } = Instant.FromUtc(2026, 3, 1, 12, 0);

    internal static byte[] Record(long number, int length = NumberBytes)
    {
        var record = new byte[Math.Max(length, NumberBytes)];
        new Random((int)number).NextBytes(record);
        BinaryPrimitives.WriteInt64LittleEndian(record, number);
        return record;
    }

    internal static ValueTask<LogPosition> AppendAsync(this FileMeasurementLog log, long number, int length = 0) =>
        log.AppendAsync(Record(number, length), Noon, CancellationToken.None);

    /// <summary>Appends records with the numbers from 0 on, each in a frame of its own.</summary>
    /// <returns>The position behind each.</returns>
    internal static async Task<List<LogPosition>> FillAsync(
        string directory, int count, LogOptions? options = null, int length = 0)
    {
        var positions = new List<LogPosition>();
        await using var log = FileMeasurementLog.Open(directory, options);
        for (var number = 0; number < count; number++)
            positions.Add(await log.AppendAsync(number, length));
        return positions;
    }

    /// <summary>The numbers of all records, each of which must have the bytes it was appended with.</summary>
    internal static async Task<List<long>> NumbersAsync(
        FileMeasurementLog log, CancellationToken cancellationToken, LogPosition from = default)
    {
        var numbers = new List<long>();
        await foreach (var entry in log.ReadAsync(from, cancellationToken))
        {
            foreach (var record in entry.Records)
                numbers.Add(Check(record.Bytes.Span));
        }
        return numbers;
    }

    internal static string[] Files(string directory) =>
        [.. Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal)];

    private static long Check(ReadOnlySpan<byte> record)
    {
        var number = BinaryPrimitives.ReadInt64LittleEndian(record);
        if (!record.SequenceEqual(Record(number, record.Length)))
            Fail(number);
        return number;
    }

    [DoesNotReturn]
    private static void Fail(long number) => throw new InvalidOperationException($"Record {number} has other bytes");
}
