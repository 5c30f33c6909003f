using System.Security.Cryptography;
using System.Text;
using PdfSharp.Fonts;

namespace Tallystick.Printing;

/// <summary>
/// The fonts of invoices: our own for Latin, Greek and Cyrillic, then those that the operator names. A character is
/// written in the first font that has it.
/// </summary>
public sealed class InvoiceFonts
{
    private readonly IReadOnlyList<FontFace> _regular;
    private readonly IReadOnlyList<FontFace> _bold;

    /// <summary>Our own fonts, and further ones.</summary>
    /// <param name="files">The files of further fonts, in order of preference.</param>
    /// <exception cref="FormatException">A file is not a font that can be used; the message names it.</exception>
    public InvoiceFonts(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        FontFace[] others = [.. files.Select(file => Use(file.Name, file.Bytes))];
        _regular = [Own("NotoSans-Regular.ttf"), .. others];
        _bold = [Own("NotoSans-Bold.ttf"), .. others];
    }

    /// <summary>Divides a text into parts with a font each.</summary>
    internal IEnumerable<(FontFace Face, string Text)> Divide(string text, bool isBold)
    {
        var faces = isBold ? _bold : _regular;
        var part = new StringBuilder();
        var current = faces[0];
        foreach (var character in text.EnumerateRunes())
        {
            var face = FaceOf(character, faces);
            if (face != current && part.Length > 0)
            {
                yield return (current, part.ToString());
                part.Clear();
            }
            current = face;
            part.Append(character.ToString());
        }
        if (part.Length > 0)
            yield return (current, part.ToString());
    }

    /// <summary>The width of a character, in units of the size of the font.</summary>
    internal double WidthOf(Rune character, bool isBold) =>
        FaceOf(character, isBold ? _bold : _regular).WidthOf(character);

    /// <summary>The width of a text, in units of the size of the font.</summary>
    internal double WidthOf(string text, bool isBold)
    {
        var width = 0.0;
        foreach (var character in text.EnumerateRunes())
            width += WidthOf(character, isBold);
        return width;
    }

    // A character that no font has is drawn as the box of the first one.
    private static FontFace FaceOf(Rune character, IReadOnlyList<FontFace> faces)
    {
        foreach (var face in faces)
        {
            if (face.Has(character))
                return face;
        }
        return faces[0];
    }

    private static FontFace Own(string name)
    {
        using var stream = typeof(InvoiceFonts).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Read(bytes);
    }

    // Embeds the font once, so that a font that cannot be embedded stops the start and not an invoice.
    private static FontFace Use(string name, byte[] bytes)
    {
        try
        {
            var face = Read(bytes);
            PdfCanvas.Try(face);
            return face;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            throw new FormatException($"The font {name} cannot be used: {fault.Message}", fault);
        }
    }

    private static FontFace Read(byte[] bytes)
    {
        var face = FontFace.Read(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes);
        FontFiles.Instance.Add(face);
        return face;
    }
}

/// <summary>Hands fonts to the PDF library, whose fonts are the same for the whole process.</summary>
internal sealed class FontFiles : IFontResolver
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> _files = new();

    private FontFiles() => GlobalFontSettings.FontResolver = this;

    internal static FontFiles Instance { get; } = new();

    internal void Add(FontFace face) => _files.TryAdd(face.Name, face.Bytes);

    /// <inheritdoc/>
    public FontResolverInfo? ResolveTypeface(string familyName, bool bold, bool italic) =>
        _files.ContainsKey(familyName) ? new FontResolverInfo(familyName) : null;

    /// <inheritdoc/>
    public byte[]? GetFont(string faceName) => _files.GetValueOrDefault(faceName);
}
