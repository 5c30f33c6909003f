using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>
/// Reads the fields of messages in the Protocol Buffers wire format, without generated classes. Unknown fields are
/// skipped.
/// </summary>
internal sealed class ProtobufInput
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly CodedInputStream _input;

    /// <param name="bytes">One message.</param>
    public ProtobufInput(ReadOnlyMemory<byte> bytes)
    {
        _input = MemoryMarshal.TryGetArray(bytes, out var segment)
            ? new CodedInputStream(segment.Array!, segment.Offset, segment.Count)
            : new CodedInputStream(bytes.ToArray());
        End = _input.Position + bytes.Length;
    }

    /// <summary>The end of the outermost message.</summary>
    public long End { get; }

    /// <summary>Moves to the next field of a message.</summary>
    /// <param name="end">The end of the message.</param>
    /// <param name="tag">The tag of the field.</param>
    /// <returns>False at the end of the message.</returns>
    public bool Next(long end, out uint tag)
    {
        tag = 0;
        if (_input.Position == end)
            return false;
        if (_input.Position > end)
            throw new InvalidDataException("a message is longer than the one that contains it");
        tag = _input.ReadTag();
        return true;
    }

    /// <summary>Begins the message of the current field.</summary>
    /// <returns>Its end.</returns>
    public long Begin()
    {
        var length = _input.ReadLength();
        var end = _input.Position + length;
        if (length < 0 || end > End)
            throw new InvalidDataException("it is truncated");
        return end;
    }

    /// <summary>Skips the current field.</summary>
    public void Skip() => _input.SkipLastField();

    public string Text() => Strict.GetString(_input.ReadBytes().Span);

    public ReadOnlySpan<byte> Bytes() => _input.ReadBytes().Span;

    public ulong Fixed64() => _input.ReadFixed64();

    public long Varint() => _input.ReadInt64();

    public bool Boolean() => _input.ReadBool();
}
