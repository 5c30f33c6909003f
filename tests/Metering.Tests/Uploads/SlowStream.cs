using Tallystick.Resources.Files;

namespace Tallystick.Metering.Tests.Uploads;

/// <summary>Bytes that arrive a few at a time.</summary>
internal sealed class SlowStream(byte[] bytes, int atOnce) : OneWayStream
{
    private int _at;

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(Math.Min(buffer.Length, atOnce), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}

/// <summary>A byte, again and again.</summary>
internal sealed class EndlessStream(string start, byte then, long length) : OneWayStream
{
    private long _at;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _at);
        for (var index = 0; index < count; index++, _at++)
            buffer[index] = _at < start.Length ? (byte)start[(int)_at] : then;
        return count;
    }
}
