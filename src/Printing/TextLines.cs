using System.Globalization;
using System.Text;

namespace Tallystick.Printing;

/// <summary>Divides text of any kind into lines that fit a width.</summary>
/// <param name="widthOf">The width of a character.</param>
internal sealed class TextLines(Func<Rune, double> widthOf)
{
    private const int MaxCharacters = 20_000;
    private const string More = "\u2026";

    /// <summary>Divides a text, at spaces where possible.</summary>
    /// <param name="text">The text; line breaks are kept.</param>
    /// <param name="width">The width.</param>
    /// <param name="limit">Maximum number of lines; the last one then ends with an ellipsis.</param>
    internal IReadOnlyList<string> Divide(string text, double width, int limit)
    {
        var lines = new List<string>();
        foreach (var paragraph in Clean(text).Split('\n'))
        {
            foreach (var line in DivideParagraph(paragraph, width))
            {
                if (lines.Count == limit)
                {
                    lines[^1] = Shorten(lines[^1], width);
                    return lines;
                }
                lines.Add(line);
            }
        }
        while (lines is [.., ""])
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>The text on one line, shortened to a width.</summary>
    internal string Single(string text, double width)
    {
        var line = Clean(text).Replace('\n', ' ');
        return WidthOf(line) <= width ? line : Shorten(line, width);
    }

    /// <summary>
    /// A text without characters that have no shape or change the direction of others; unpaired surrogates become
    /// replacement characters.
    /// </summary>
    internal static string Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (var character in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (clean.Length >= MaxCharacters)
            {
                clean.Append(More);
                break;
            }
            if (character.Value == '\n')
                clean.Append('\n');
            else if (Rune.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator)
                clean.Append(' ');
            else if (Rune.GetUnicodeCategory(character) != UnicodeCategory.Format)
                clean.Append(character.ToString());
        }
        return clean.ToString();
    }

    private double WidthOf(string text)
    {
        var width = 0.0;
        foreach (var character in text.EnumerateRunes())
            width += widthOf(character);
        return width;
    }

    private IEnumerable<string> DivideParagraph(string paragraph, double width)
    {
        var line = new StringBuilder();
        var (used, lastSpace) = (0.0, -1);
        foreach (var character in paragraph.EnumerateRunes())
        {
            var needed = widthOf(character);
            if (used + needed > width && line.Length > 0 && character.Value != ' ')
            {
                // A word that is longer than the line is divided anywhere.
                var (ended, rest) = lastSpace > 0
                    ? (line.ToString(0, lastSpace), line.ToString(lastSpace + 1, line.Length - lastSpace - 1))
                    : (line.ToString(), "");
                yield return ended.TrimEnd();
                line.Clear().Append(rest);
                (used, lastSpace) = (WidthOf(rest), -1);
            }
            if (character.Value == ' ')
                lastSpace = line.Length;
            line.Append(character.ToString());
            used += needed;
        }
        yield return line.ToString().TrimEnd();
    }

    private string Shorten(string line, double width)
    {
        var available = width - WidthOf(More);
        var kept = new StringBuilder();
        foreach (var character in line.EnumerateRunes())
        {
            available -= widthOf(character);
            if (available < 0)
                break;
            kept.Append(character.ToString());
        }
        return kept + More;
    }
}
