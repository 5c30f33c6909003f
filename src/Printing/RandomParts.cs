using System.Text;
using System.Text.RegularExpressions;

namespace Tallystick.Printing;

/// <summary>
/// Replaces what the PDF library chooses at random, so that the same invoice has the same bytes: the six letters before
/// the name of each embedded font, which only have to differ within a document, and the ids in the metadata.
/// </summary>
internal static partial class RandomParts
{
    private const int Letters = 26;

    /// <summary>Replaces them in a document, each by as many bytes.</summary>
    internal static void Replace(byte[] pdf, Guid id)
    {
        // Latin-1 has a character for every byte, so positions are those of the bytes.
        var text = Encoding.Latin1.GetString(pdf);
        var counted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match name in FontName().Matches(text))
        {
            var tag = name.Groups[1].Value;
            if (!counted.TryGetValue(tag, out var replacement))
                counted[tag] = replacement = "AAAA" + (char)('A' + (counted.Count / Letters))
                    + (char)('A' + (counted.Count % Letters));
            Encoding.Latin1.GetBytes(replacement, pdf.AsSpan(name.Groups[1].Index, replacement.Length));
        }
        foreach (Match random in MetadataId().Matches(text))
            Encoding.Latin1.GetBytes(id.ToString(), pdf.AsSpan(random.Groups[1].Index, random.Groups[1].Length));
    }

    [GeneratedRegex(@"/(?:BaseFont|FontName)\s*/([A-Z]{6})\+", RegexOptions.CultureInvariant)]
    private static partial Regex FontName();

    [GeneratedRegex(@"<xmpMM:(?:Document|Instance)ID>uuid:([0-9a-f-]{36})<", RegexOptions.CultureInvariant)]
    private static partial Regex MetadataId();
}
