using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tallystick.Resources.Files;

namespace Tallystick.Server.Api.Measurements;

/// <summary>
/// Reads exactly one whole gzip member (RFC 1952). The framework's own reader also takes several members, a member
/// without its trailer, and whatever follows one.
/// </summary>
internal static class GzipMember
{
    private const int FixedHeaderBytes = 10;
    private const int TrailerBytes = 8;

    [Flags]
    private enum Fields : byte
    {
        HeaderChecksum = 1 << 1,
        Extra = 1 << 2,
        Name = 1 << 3,
        Comment = 1 << 4,
        Reserved = 0b1110_0000,
    }

    /// <summary>Decompresses a member until it ends or the room is full.</summary>
    /// <returns>How many bytes it holds, or those that fit; null when it is not one whole member.</returns>
    internal static int? Unpack(byte[] packed, int length, Span<byte> room)
    {
        if (HeaderBytes(packed.AsSpan(0, length)) is not { } start || start >= length - TrailerBytes)
            return null;
        var unpacked = 0;
        using var data = new LastByteApart(packed, start, length - TrailerBytes);
        try
        {
            using var inflater = new DeflateStream(data, CompressionMode.Decompress);
            while (inflater.Read(room[unpacked..]) is > 0 and var read)
                unpacked += read;
        }
        catch (InvalidDataException)
        {
            return null;
        }
        if (unpacked == room.Length)
            return unpacked;
        var trailer = packed.AsSpan(length - TrailerBytes, TrailerBytes);
        return data.HasEndedWithLastByte
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == Crc32.HashToUInt32(room[..unpacked])
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) == (uint)unpacked
            ? unpacked : null;
    }

    // Null when there is no whole header.
    private static int? HeaderBytes(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < FixedHeaderBytes || !packed.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]))
            return null;
        var fields = (Fields)packed[3];
        if ((fields & Fields.Reserved) != 0)
            return null;
        var at = FixedHeaderBytes;
        if (fields.HasFlag(Fields.Extra))
        {
            if (packed.Length < at + sizeof(ushort))
                return null;
            at += sizeof(ushort) + BinaryPrimitives.ReadUInt16LittleEndian(packed[at..]);
        }
        foreach (var text in (ReadOnlySpan<Fields>)[Fields.Name, Fields.Comment])
        {
            if (!fields.HasFlag(text))
                continue;
            var end = at < packed.Length ? packed[at..].IndexOf((byte)0) : -1;
            if (end < 0)
                return null;
            at += end + 1;
        }
        if (!fields.HasFlag(Fields.HeaderChecksum))
            return at;
        return packed.Length >= at + sizeof(ushort)
            && BinaryPrimitives.ReadUInt16LittleEndian(packed[at..]) == (ushort)Crc32.HashToUInt32(packed[..at])
            ? at + sizeof(ushort) : null;
    }

    /// <summary>
    /// Hands out compressed data with its last byte on its own. A decompressor that has reached the end of the data
    /// before does not ask for it, and one that has not reached the end with it asks for more.
    /// </summary>
    private sealed class LastByteApart(byte[] bytes, int start, int end) : OneWayStream
    {
        private int _at = start;

        /// <summary>True once the last byte was read, until more is asked for.</summary>
        internal bool HasEndedWithLastByte { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var isLast = _at == end - 1;
            var count = Math.Min(buffer.Length, isLast ? 1 : Math.Max(0, end - 1 - _at));
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            HasEndedWithLastByte = isLast;
            return count;
        }
    }
}
