using System.Globalization;
using System.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>
/// Mutated submissions: the parser takes exactly those that the oracle takes, with the same content, and never fails
/// in another way than by refusing.
/// </summary>
public sealed class SubmissionFuzzTests
{
    private const int Bodies = 60_000;
    private const int SoakBodies = 20_000_000;

    private static readonly string[] Seeds =
    [
        """
        {"measurements":[{"uid":"u-1","meter":"m","account":"a","ts":"2026-03-01T09:30:00Z","measure":{"n":1.5}}]}
        """,
        """
        {"measurements":[{"meter":"API calls","account":"Größe \ud83d\ude00",
        "ts":"2026-03-01T10:00:00.123456789+01:00",
        "ets":"2026-03-01T10:00:00","who":{"a":"1"},"what":{"b":""},"where":{"c":"x"},"other":{"d":"y"},
        "metadata":{"e":"z"},"measure":{"f":-1.5,"f2":0},"cost":{"g":1e3},"income":{"h":1234567890123456789012345678},
        "unknown":{"\ud800":[1,{}]}},{"uid":null,"meter":"m","account":"b","ts":"2026-03-01","measure":null}]}
        """,
        """
        {"x":[{"measurements":[]}],"measurements":[
        {"ts":"2026-02-28t00:00:00.5z","uid":"\u0075","measure":{"a":1,"z":null,"b":2},"cost":{"b":3,"c":-0.10},
        "account":"acc","meter":"m\/n","x":{"x":{},"y":[{"x":1},{"x":2}]},"y":2},
        {"meter":"m","account":"a","ts":"1970-01-01 00:00"}],"measurement":[]}
        """,
    ];

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "0", "-", ".", "e", "E+", "1e28", "1e-18", "1e999999",
        "\\u0000", "\\ud800", "\\udc00", "\\u00e9", "é", "😀", " ", "\n", "\t", "\u007f", "\"uid\":", "\"ts\":",
        "\"2026-03-01T00:00:00.000000001Z\"", "\"2026-02-29T00:00:00Z\"", "\"2024-02-29T23:59:59.9Z\"",
        "\"2261-12-31T23:59:59Z\"", "\"1969-12-31T23:59:59Z\"", "\"2026-03-15T12:05:00Z\"", "\"2026-03-01T24:00:00Z\"",
        "\"measure\":{", "\"metadata\":{\"k\":\"v\"},", "\"meter\":\"m\",", "\"account\":\" a\",",
        "99999999999999999999",
        "0.000000000000000001", "0.0000000000000000001", "12345678901234567890.123456789", "[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ];

    [Fact]
    public void Parser_OverMutatedBodies_AgreesWithTheOracle()
    {
        var count = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") == "1" ? SoakBodies : Bodies;
        var seed = Environment.TickCount;
        Parallel.For(0, Environment.ProcessorCount, worker =>
        {
            var random = new Random(seed + worker);
            var parser = new SubmissionParser(new IngestOptions());
            for (var index = 0; index < count / Environment.ProcessorCount; index++)
                Check(parser, Mutate(random), $"seed {seed + worker}, body {index}");
        });
    }

    private static void Check(SubmissionParser parser, byte[] body, string origin)
    {
        var expected = SubmissionOracle.Parse(body, Make.Now);
        IReadOnlyList<Measurement>? actual;
        try
        {
            actual = BatchDecoder.Decode(parser.Parse(Make.Organization, body, Make.Now)).Measurements;
        }
        catch (RefusedException refused)
        {
            refused.Issues.ShouldNotBeEmpty(origin);
            actual = null;
        }
        (actual is null).ShouldBe(expected is null, $"{origin}: {Encoding.UTF8.GetString(body)}");
        actual?.Select(Describe).ShouldBe(
            expected!.Select((measurement, index) =>
                Describe(measurement.Uid.Length > 0 ? measurement : measurement with { Uid = actual[index].Uid })),
            $"{origin}: {Encoding.UTF8.GetString(body)}");
    }

    private static string Describe(Measurement measurement) => string.Join(
        '|',
        measurement.Fields.Select(field => $"{field.Category} {field.Code} {field.Text} {Number(field)}")
            .Order(StringComparer.Ordinal)
            .Prepend($"{measurement.Uid} {measurement.Meter} {measurement.Account}")
            .Prepend($"{measurement.Ts} {measurement.Ets}"));

    private static string Number(FieldValue field) =>
        field.Text is null ? field.Number.ToString("0.0#################", CultureInfo.InvariantCulture) : "";

    private static byte[] Mutate(Random random)
    {
        var body = Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]).ToList();
        for (var mutations = random.Next(4); mutations > 0 && body.Count > 0; mutations--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(6))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(1, 8), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 40), body.Count - at)));
                    break;
                case 3:
                    body.RemoveRange(at, body.Count - at);
                    break;
                default:
                    ReplaceToken(body, at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
            }
        }
        return [.. body];
    }

    // Puts a piece at a border between tokens as often as anywhere, so that some bodies stay well-formed.
    private static void ReplaceToken(List<byte> body, int at, byte[] piece)
    {
        var end = at;
        while (end < body.Count && !"{}[],:\""u8.Contains(body[end]))
            end++;
        body.RemoveRange(at, end - at);
        body.InsertRange(at, piece);
    }
}
