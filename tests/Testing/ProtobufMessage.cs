using Google.Protobuf;

namespace Tallystick.Testing;

/// <summary>A message in the Protocol Buffers wire format, field by field.</summary>
public sealed class ProtobufMessage
{
    private readonly MemoryStream _bytes = new();

    /// <summary>Adds a string.</summary>
    public ProtobufMessage Text(int field, string text) =>
        Write(field, WireFormat.WireType.LengthDelimited, output => output.WriteString(text));

    /// <summary>Adds bytes.</summary>
    public ProtobufMessage Bytes(int field, params byte[] bytes) =>
        Write(field, WireFormat.WireType.LengthDelimited, output => output.WriteBytes(ByteString.CopyFrom(bytes)));

    /// <summary>Adds a message.</summary>
    public ProtobufMessage Message(int field, ProtobufMessage message) => Bytes(field, message.ToArray());

    /// <summary>Adds several messages.</summary>
    public ProtobufMessage Messages(int field, params ProtobufMessage[] messages) =>
        messages.Aggregate(this, (parent, message) => parent.Message(field, message));

    /// <summary>Adds a number of 64 bits.</summary>
    public ProtobufMessage Fixed64(int field, ulong value) =>
        Write(field, WireFormat.WireType.Fixed64, output => output.WriteFixed64(value));

    /// <summary>Adds a floating-point number.</summary>
    public ProtobufMessage Double(int field, double value) =>
        Write(field, WireFormat.WireType.Fixed64, output => output.WriteDouble(value));

    /// <summary>Adds an integer of variable length.</summary>
    public ProtobufMessage Varint(int field, long value) =>
        Write(field, WireFormat.WireType.Varint, output => output.WriteInt64(value));

    /// <summary>Bytes as they are, which may be no field.</summary>
    public ProtobufMessage Raw(params byte[] bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>The bytes of the message.</summary>
    public byte[] ToArray() => _bytes.ToArray();

    private ProtobufMessage Write(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        using var output = new CodedOutputStream(_bytes, leaveOpen: true);
        output.WriteTag(field, type);
        write(output);
        return this;
    }
}
