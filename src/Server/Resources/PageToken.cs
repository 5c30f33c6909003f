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
    private const int TokenLength = 22;

    /// <summary>The token for the page after <paramref name="place"/>.</summary>
    internal static string Write(string list, long place)
    {
        Span<byte> token = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(token, place);
        Check(list, place).CopyTo(token[8..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The place that a token names; null without a token.</summary>
    /// <exception cref="RefusedException">The token is not one of this list.</exception>
    internal static long? Read(string list, string? token)
    {
        if (token is null)
            return null;
        Span<byte> bytes = stackalloc byte[16];
        // DecodeFromChars answers for illegal characters, where TryDecodeFromChars throws.
        if (token.Length == TokenLength
            && Base64Url.DecodeFromChars(token, bytes, out _, out var length) == OperationStatus.Done && length == 16)
        {
            var place = BinaryPrimitives.ReadInt64BigEndian(bytes);
            if (Check(list, place).AsSpan().SequenceEqual(bytes[8..]))
                return place;
        }
        throw new RefusedException(new Issue("token", "nextToken", "must be the nextToken of a page of this list"));
    }

    private static byte[] Check(string list, long place) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{list}|{place}"))[..8];
}
