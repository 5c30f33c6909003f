using System.Text;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>Reads strings so that text that cannot be stored is a fault of the request, not an exception.</summary>
internal static class JsonText
{
    /// <summary>Appends the current string or member name, unescaped, as UTF-8.</summary>
    /// <returns>False, with nothing appended, for an unpaired surrogate and for U+0000.</returns>
    public static bool TryCopy(ref Utf8JsonReader reader, ByteBuffer target)
    {
        if (!reader.ValueIsEscaped)
        {
            target.Write(reader.ValueSpan); // the body is valid UTF-8, and JSON has no bare U+0000
            return true;
        }
        try
        {
            var text = target.Reserve(reader.ValueSpan.Length);
            var length = reader.CopyString(text);
            if (text[..length].Contains((byte)0))
                return false;
            target.Advance(length);
            return true;
        }
        catch (InvalidOperationException) // thrown for an unpaired surrogate
        {
            return false;
        }
    }

    /// <summary>Whether the current string or member name equals a text.</summary>
    public static bool IsAt(ref Utf8JsonReader reader, ReadOnlySpan<byte> text)
    {
        try
        {
            return reader.ValueTextEquals(text);
        }
        catch (InvalidOperationException) // thrown for an unpaired surrogate, which no expected text contains
        {
            return false;
        }
    }

    /// <summary>A member name from the request, shortened for use in a path.</summary>
    public static string PathPart(ReadOnlySpan<byte> name) => RepeatedMembers.InPath(Encoding.UTF8.GetString(name));
}
