using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>
/// Makes the uid of a measurement from <c>source</c> and <c>id</c> of its event: <c>source|id</c> where that is short
/// enough for a uid, otherwise the SHA-256 of both in Base64url, 43 characters. Different events never have the same
/// uid: a hash contains no <c>|</c>, and a source that does is always hashed.
/// </summary>
internal static class EventUid
{
    private const char Separator = '|'; // not allowed in URIs

    /// <summary>The uid of an event.</summary>
    public static string Of(string source, string id)
    {
        var joined = $"{source}{Separator}{id}";
        if (!source.Contains(Separator) && TextLength.Of(joined) <= MeasurementParser.MaximumUid)
            return joined;
        // Neither contains U+0000, so different pairs never produce the same text.
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\0{id}")));
    }
}
