using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Resources;

/// <summary>
/// The <c>nextToken</c> of a list: the place in the list where the next page begins, bound to the list it was made
/// for. It stays right when entities are added or deleted between pages.
/// </summary>
internal static class PageToken
{
    private const int CheckBytes = 8;

    /// <summary>The token for the page after <paramref name="place"/>.</summary>
    internal static string Write(string list, long place) => Write(list, [place]);

    /// <summary>The token for the page after a place in each of several lists that are read as one.</summary>
    internal static string Write(string list, IReadOnlyList<long> places)
    {
        var token = new byte[places.Count * sizeof(long) + CheckBytes];
        foreach (var (index, place) in places.Index())
            BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(index * sizeof(long)), place);
        Check(list, token.AsSpan(..^CheckBytes)).CopyTo(token.AsSpan(^CheckBytes..));
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The place that a token names; null without a token.</summary>
    /// <exception cref="RefusedException">The token is not one of this list.</exception>
    internal static long? Read(string list, string? token) => Read(list, token, 1)?[0];

    /// <summary>The places that a token names; null without a token.</summary>
    /// <exception cref="RefusedException">The token is not one of this list.</exception>
    internal static long[]? Read(string list, string? token, int places)
    {
        if (token is null)
            return null;
        var bytes = new byte[places * sizeof(long) + CheckBytes];
        // DecodeFromChars answers for illegal characters, where TryDecodeFromChars throws.
        if (token.Length == Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done
            && length == bytes.Length
            && Check(list, bytes.AsSpan(..^CheckBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^CheckBytes..)))
        {
            return
            [
                .. Enumerable.Range(0, places)
                    .Select(index => BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(index * sizeof(long)))),
            ];
        }
        throw new RefusedException(new Issue("token", "nextToken", "must be the nextToken of a page of this list"));
    }

    private static byte[] Check(string list, ReadOnlySpan<byte> places) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"{list}|"), .. places])[..CheckBytes];
}
