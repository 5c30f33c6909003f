using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads text tokens so that text which no engine can keep is a fault of the sender, not an exception.
/// </summary>
internal static class JsonText
{
    private const int LongestPathPart = 80;

    /// <summary>Reads the string or member name at hand.</summary>
    /// <returns>False for an unpaired surrogate and for U+0000.</returns>
    public static bool TryRead(ref Utf8JsonReader reader, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException) // how the framework tells of an unpaired surrogate
        {
            text = null;
            return false;
        }
        return !text.Contains('\0', StringComparison.Ordinal);
    }

    /// <summary>Shortens a member name of the sender's for use in a path.</summary>
    public static string PathPart(string name) =>
        name.Length <= LongestPathPart ? name : name[..LongestPathPart] + "…";
}
