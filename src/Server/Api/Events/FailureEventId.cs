using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Server.Api.Events;

/// <summary>
/// The ids of events of failed measurements: UUIDs (version 8) that contain the position of the measurement in the log
/// and a checksum of position and organization. An event can therefore be found by its id without storing the id.
/// </summary>
internal static class FailureEventId
{
    private const int Length = 16;

    /// <summary>The id of the event of a failed measurement.</summary>
    internal static string Of(string organizationId, LogPosition position)
    {
        Span<byte> id = stackalloc byte[Length];
        // 60 bits of the position before and after the version; the checksum before and after the variant.
        BinaryPrimitives.WriteInt64BigEndian(id, (position.Value << 4) & ~0xffffL);
        BinaryPrimitives.WriteUInt16BigEndian(id[6..], (ushort)(0x8000 | (position.Value & 0xfff)));
        SHA256.HashData(Encoding.UTF8.GetBytes($"{organizationId}|{position.Value}")).AsSpan(0, 8).CopyTo(id[8..]);
        id[8] = (byte)(0x80 | (id[8] & 0x3f));
        return new Guid(id, bigEndian: true).ToString();
    }

    /// <summary>The position in an id; null if the id does not belong to the organization.</summary>
    internal static LogPosition? Read(string organizationId, string text)
    {
        if (!Guid.TryParseExact(text, "D", out var guid))
            return null;
        Span<byte> id = stackalloc byte[Length];
        guid.TryWriteBytes(id, bigEndian: true, out _);
        var upper = BinaryPrimitives.ReadInt64BigEndian(id) & ~0xffffL;
        var lower = BinaryPrimitives.ReadUInt16BigEndian(id[6..]) & 0xfff;
        // 60 bits are enough for the position, which is never negative.
        var position = new LogPosition((long)((ulong)upper >> 4) | (long)lower);
        return Of(organizationId, position) == text ? position : null;
    }
}
