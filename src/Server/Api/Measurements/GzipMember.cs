using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tallystick.Resources.Files;

namespace Tallystick.Server.Api.Measurements;

/// <summary>
/// Reads exactly one complete gzip member (RFC 1952). The framework's reader would also accept several members, a
/// member without a trailer, and trailing data.
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

    /// <summary>Decompresses a member until it ends or the target is full.</summary>
    /// <returns>The number of decompressed bytes; null if the input is not exactly one complete member.</returns>
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

    // The length of the header; null if it is incomplete.
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
    /// Returns the last byte of compressed data in a separate read. This shows where the data ends: a decompressor that
    /// ends earlier does not request the last byte, and one that does not end with it requests more.
    /// </summary>
    private sealed class LastByteApart(byte[] bytes, int start, int end) : OneWayStream
    {
        private int _at = start;

        /// <summary>Whether the last byte was read and no more data was requested after it.</summary>
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
