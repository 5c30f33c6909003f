using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Api.Resources;

/// <summary>
/// The <c>nextToken</c> of a list: the place in the list where the next page begins, bound to the list that it was
/// created for. It remains valid if entities are added or deleted between pages.
/// </summary>
internal static class PageToken
{
    private const int CheckBytes = 8;

    /// <summary>Marks that the place in a sorted list has a value.</summary>
    private const byte HasValue = 1;

    /// <summary>The token for the page after <paramref name="place"/>.</summary>
    internal static string Write(string list, long place) => Write(list, [place]);

    /// <summary>The token for the page after a place in each of several merged lists.</summary>
    internal static string Write(string list, IReadOnlyList<long> places)
    {
        var bytes = new byte[places.Count * sizeof(long)];
        foreach (var (index, place) in places.Index())
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(index * sizeof(long)), place);
        return Write(list, bytes);
    }

    /// <summary>The token for the page after a place in a sorted list.</summary>
    internal static string Write(string list, PageKey place)
    {
        var sequence = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(sequence, place.Sequence);
        return Write(
            list, place.Value is { } value ? [.. sequence, HasValue, .. Encoding.UTF8.GetBytes(value)] : sequence);
    }

    /// <summary>The place in a token; null without a token.</summary>
    /// <exception cref="RefusedException">The token does not belong to this list.</exception>
    internal static long? Read(string list, string? token) => Read(list, token, 1)?[0];

    /// <summary>The index at which the page of a token begins in a list of a given length; 0 without a token.</summary>
    /// <exception cref="RefusedException">The token does not belong to this list, or is out of range.</exception>
    internal static int ReadIndex(string list, string? token, int count) => Read(list, token) switch
    {
        null => 0,
        var place when place >= 0 && place <= count => (int)place,
        _ => throw Forged(),
    };

    /// <summary>The places in a token; null without a token.</summary>
    /// <exception cref="RefusedException">The token does not belong to this list.</exception>
    internal static long[]? Read(string list, string? token, int places)
    {
        if (token is null)
            return null;
        var bytes = ReadBytes(list, token);
        if (bytes.Length != places * sizeof(long))
            throw Forged();
        return
        [
            .. Enumerable.Range(0, places)
                .Select(index => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(index * sizeof(long)))),
        ];
    }

    /// <summary>The place in a sorted list in a token; null without a token.</summary>
    /// <exception cref="RefusedException">The token does not belong to this list.</exception>
    internal static PageKey? ReadSorted(string list, string? token)
    {
        if (token is null)
            return null;
        var bytes = ReadBytes(list, token);
        if (bytes.Length < sizeof(long) || (bytes.Length > sizeof(long) && bytes[sizeof(long)] != HasValue)
            || !Utf8.IsValid(bytes.AsSpan(sizeof(long))) || bytes.AsSpan(sizeof(long)).Contains((byte)0))
            throw Forged();
        var value = bytes.Length == sizeof(long) ? null : Encoding.UTF8.GetString(bytes.AsSpan(sizeof(long) + 1));
        return new PageKey(value, BinaryPrimitives.ReadInt64BigEndian(bytes));
    }

    private static string Write(string list, byte[] place) =>
        Base64Url.EncodeToString([.. place, .. Check(list, place)]);

    private static byte[] ReadBytes(string list, string token)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        // DecodeFromChars returns a status for illegal characters, whereas TryDecodeFromChars throws.
        if (Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done
            && length >= CheckBytes
            && token.Length == Base64Url.GetEncodedLength(length)
            && Check(list, bytes.AsSpan(..(length - CheckBytes))).AsSpan()
                .SequenceEqual(bytes.AsSpan((length - CheckBytes)..length)))
            return bytes[..(length - CheckBytes)];
        throw Forged();
    }

    private static RefusedException Forged() =>
        new(new Issue("token", "nextToken", "must be a nextToken returned by this list"));

    private static byte[] Check(string list, ReadOnlySpan<byte> place) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"{list}|"), .. place])[..CheckBytes];
}
