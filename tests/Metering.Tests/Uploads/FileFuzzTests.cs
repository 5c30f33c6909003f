using System.Text;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Uploads;

namespace Tallystick.Metering.Tests.Uploads;

/// <summary>
/// Mutated files: each either has a fault as a whole, or every row of it is a measurement, or kept as sent with a
/// reason.
/// </summary>
public sealed class FileFuzzTests
{
    private const int Files = 5_000;
    private const int SoakFiles = 5_000_000;

    private static readonly Instant Now = Instant.FromUtc(2026, 3, 1, 12, 0);

    private static readonly string[] Seeds =
    [
        """
        [{"uid":"u","meter":"m","account":"a","ts":"2026-03-01T09:30:00Z","measure":{"n":1.5},
        "what":{"k":"x\u00e9\n"}},
        {"meter":"m","account":"b","ts":"2026-03-01","measure":{"n":-1e3}}, 5, [[{"a":"]}"}]], "\"", null]
        """,
        "account,ts,measure.n,what.k,uid\r\na,2026-03-01,1.5,\"x, \"\"y\"\"\nz\",u\n\n"
        + "\"b\",2026-03-01T10:00:00Z,-2,,\n",
    ];

    private static readonly string[] Pieces =
    [
        "\"", "\"\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "\\ud800",
        "\n", "\r", "\0", "1e999", "\ufeff", "\u00e9",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void File_Mutated_HasAFaultOrIsAccountedFor(int format)
    {
        var isSoak = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is not null;
        var random = new Random(format);
        var seed = Encoding.UTF8.GetBytes(Seeds[format]);
        var whole = 0;
        for (var file = 0; file < (isSoak ? SoakFiles : Files); file++)
        {
            var bytes = Mutate(seed, random);
            try
            {
                Read(format, bytes, random.Next(1, 60));
                whole++;
            }
            catch (UploadFault fault)
            {
                fault.Message.ShouldNotBeEmpty();
            }
        }
        whole.ShouldBeInRange(Files / 100, isSoak ? SoakFiles : Files);
    }

    private static void Read(int format, byte[] bytes, int atOnce)
    {
        using var rows = Open(format, bytes, atOnce);
        var columns = new CsvColumns(["account", "ts", "measure.n", "what.k", "uid"], "m");
        var batch = new FileBatch(new IngestOptions(), "org", "job");
        batch.Begin(Now);
        var (count, refused) = (0, new List<string>());
        while (rows.TryRead())
        {
            count++;
            var json = rows.Row;
            var reason = format == 1 ? columns.TryWrite(rows.Row, out json) : null;
            reason ??= batch.TryAdd(count, json);
            if (reason is null)
                continue;
            refused.Add(Encoding.UTF8.GetString(rows.Row));
            var account = format == 1 ? columns.AccountOf(rows.Row) : RefusedRow.AccountOf(rows.Row);
            batch.AddRefused(new RefusedRow("job", count, rows.RowLine, reason, refused[^1]), "", account ?? "");
        }
        batch.Count.ShouldBe(count);
        var logged = BatchDecoder.Decode(batch.End("source").ToArray()).Measurements;
        logged.Select(RefusedRow.Of).OfType<RefusedRow>().Select(row => row.Text).ShouldBe(refused);
        logged.Where(one => RefusedRow.Of(one) is null).ShouldAllBe(one => one.Meter.Length > 0 && one.Uid.Length > 0);
    }

    private static RowReader Open(int format, byte[] bytes, int atOnce)
    {
        var window = new RowWindow(new SlowStream(bytes, atOnce));
        if (format == 0)
            return new JsonRows(window);
        var rows = new CsvRows(window);
        rows.ReadHeader();
        return rows;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var times = random.Next(4); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at - 1));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                default:
                    bytes.InsertRange(at, bytes.Slice(0, random.Next(bytes.Count)).ToList());
                    break;
            }
        }
        return [.. bytes];
    }
}
