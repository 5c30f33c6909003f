using System.Globalization;
using System.Text;

namespace Tallystick.Benchmarks.Load;

/// <summary>A request in memory, in which uids, accounts and timestamps are written over before each use.</summary>
internal sealed class RequestTemplate
{
    private const string Digits = "0123456789abcdef";
    private static readonly byte[] Hex =
        [.. Enumerable.Range(0, 256).SelectMany(value => new[] { (byte)Digits[value >> 4], (byte)Digits[value & 15] })];

    private readonly Workload _workload;
    private readonly byte[] _request;
    private readonly int[] _uidAt;
    private readonly int _accountFromUid;
    private readonly int _tsFromUid;
    private readonly byte[][] _days;

    /// <param name="workload">What is sent.</param>
    /// <param name="template">Number of the template.</param>
    /// <param name="batch">Measurements in the request.</param>
    /// <param name="path">Path of the operation.</param>
    /// <param name="token">The bearer token.</param>
    public RequestTemplate(Workload workload, int template, int batch, string path, string token)
    {
        _workload = workload;
        _days = [.. Enumerable.Range(0, workload.Days).Select(day => Encoding.ASCII.GetBytes(
            workload.FirstDay.PlusDays(day).ToString("uuuu-MM-dd", CultureInfo.InvariantCulture)))];
        var body = new StringBuilder("{\"measurements\":[");
        var uids = new int[batch];
        for (var slot = 0; slot < batch; slot++)
        {
            body.Append(slot == 0 ? "{\"uid\":\"" : ",{\"uid\":\"");
            uids[slot] = body.Length;
            body.Append(Guid.Empty);
            body.Append(CultureInfo.InvariantCulture, $"\",\"meter\":\"{Setup.MeterCode}\",\"account\":\"acct-");
            _accountFromUid = body.Length - uids[slot];
            body.Append("00000\",\"ts\":\"");
            _tsFromUid = body.Length - uids[slot];
            var (model, tokens, bytes) = Workload.ValuesOf(template, slot);
            body.Append(CultureInfo.InvariantCulture,
                $"2026-01-01T00:00:00.000Z\",\"what\":{{\"model\":\"m-{model}\"}},");
            body.Append(CultureInfo.InvariantCulture, $"\"measure\":{{\"tokens\":{tokens},\"bytes\":{bytes}}}}}");
        }
        body.Append("]}");
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        _request = Encoding.ASCII.GetBytes(head + body);
        _uidAt = [.. uids.Select(at => at + head.Length)];
    }

    /// <summary>The request with these measurements; valid until the next call.</summary>
    public ReadOnlySpan<byte> Fill(int connection, long[] numbers)
    {
        for (var slot = 0; slot < numbers.Length; slot++)
        {
            var sample = _workload.Of(connection, numbers[slot]);
            var place = _request.AsSpan(_uidAt[slot]);
            WriteUid(sample, place);
            WriteNumber(sample.Account, place.Slice(_accountFromUid, 5));
            WriteTs(sample, place[_tsFromUid..]);
        }
        return _request;
    }

    private void WriteTs(Sample sample, Span<byte> at)
    {
        _days[sample.Day].CopyTo(at);
        var second = sample.Millisecond / 1000;
        WriteNumber(second / 3600, at.Slice(11, 2));
        WriteNumber(second / 60 % 60, at.Slice(14, 2));
        WriteNumber(second % 60, at.Slice(17, 2));
        WriteNumber(sample.Millisecond % 1000, at.Slice(20, 3));
    }

    private static void WriteUid(Sample sample, Span<byte> at)
    {
        WriteHex(sample.UidHigh >> 32, at[..8]);
        WriteHex(sample.UidHigh >> 16, at.Slice(9, 4));
        WriteHex(sample.UidHigh, at.Slice(14, 4));
        WriteHex(sample.UidLow >> 48, at.Slice(19, 4));
        WriteHex(sample.UidLow, at.Slice(24, 12));
    }

    private static void WriteHex(ulong value, Span<byte> at)
    {
        for (var index = at.Length - 2; index >= 0; index -= 2)
        {
            Hex.AsSpan((int)(value & 255) * 2, 2).CopyTo(at[index..]);
            value >>= 8;
        }
    }

    private static void WriteNumber(int value, Span<byte> at)
    {
        for (var index = at.Length - 1; index >= 0; index--)
        {
            at[index] = (byte)('0' + (value % 10));
            value /= 10;
        }
    }
}
