using System.Buffers.Binary;
using System.Text;

namespace Tallystick.Printing;

/// <summary>
/// A TrueType font: which characters it has, and how wide they are. Checked when it is read, because fonts are named by
/// the operator.
/// </summary>
internal sealed class FontFace
{
    private readonly Dictionary<int, int> _glyphs = [];
    private readonly int[] _widths;
    private readonly int _unitsPerEm;

    private FontFace(string name, byte[] bytes)
    {
        (Name, Bytes) = (name, bytes);
        var head = Table("head");
        _unitsPerEm = UInt16(head + 18);
        if (_unitsPerEm < 16)
            throw new FormatException("its table head is damaged");
        _ = Table("glyf");
        _widths = Widths();
        ReadCharacters();
        if (_glyphs.Count == 0)
            throw new FormatException("it has no Unicode characters");
    }

    /// <summary>A name by which fonts with the same bytes are the same.</summary>
    internal string Name { get; }

    /// <summary>The bytes of its file.</summary>
    internal byte[] Bytes { get; }

    /// <summary>Reads a font.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Its file.</param>
    /// <exception cref="FormatException">It is not a TrueType font.</exception>
    internal static FontFace Read(string name, byte[] bytes)
    {
        try
        {
            return new FontFace(name, bytes);
        }
        catch (Exception damage) when (damage is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new FormatException("it is not a complete TrueType font", damage);
        }
    }

    /// <summary>Whether it has a character.</summary>
    internal bool Has(Rune character) => _glyphs.ContainsKey(character.Value);

    /// <summary>The width of a character, in units of the size of the font.</summary>
    internal double WidthOf(Rune character) =>
        _widths[Math.Min(_glyphs.GetValueOrDefault(character.Value), _widths.Length - 1)] / (double)_unitsPerEm;

    private int[] Widths()
    {
        var count = UInt16(Table("hhea") + 34);
        if (count == 0)
            throw new FormatException("its table hhea is damaged");
        var metrics = Table("hmtx");
        return [.. Enumerable.Range(0, count).Select(glyph => UInt16(metrics + (4 * glyph)))];
    }

    private void ReadCharacters()
    {
        var map = Table("cmap");
        for (var index = 0; index < UInt16(map + 2); index++)
        {
            var entry = map + 4 + (8 * index);
            var (platform, encoding) = (UInt16(entry), UInt16(entry + 2));
            var table = map + (int)UInt32(entry + 4);
            if (platform is not 0 && (platform, encoding) is not ((3, 1) or (3, 10)))
                continue;
            if (UInt16(table) == 4)
                ReadSegments(table);
            else if (UInt16(table) == 12)
                ReadGroups(table);
        }
    }

    private void ReadSegments(int table)
    {
        var count = UInt16(table + 6) / 2;
        var (ends, starts) = (table + 14, table + 16 + (2 * count));
        var (deltas, offsets) = (starts + (2 * count), starts + (4 * count));
        for (var segment = 0; segment < count; segment++)
        {
            var (first, last) = (UInt16(starts + (2 * segment)), UInt16(ends + (2 * segment)));
            var (delta, offset) = (UInt16(deltas + (2 * segment)), UInt16(offsets + (2 * segment)));
            for (var character = first; character <= last && character != 0xFFFF; character++)
            {
                var glyph = offset == 0
                    ? character : UInt16(offsets + (2 * segment) + offset + (2 * (character - first)));
                Add(character, offset == 0 || glyph != 0 ? (glyph + delta) & 0xFFFF : 0);
            }
        }
    }

    private void ReadGroups(int table)
    {
        const int MaxCharacter = 0x10FFFF;
        var count = UInt32(table + 12);
        for (var group = 0; group < count; group++)
        {
            var entry = table + 16 + (12 * group);
            var (first, last, glyph) = (UInt32(entry), UInt32(entry + 4), UInt32(entry + 8));
            if (last > MaxCharacter)
                throw new FormatException("its table cmap is damaged");
            for (var character = first; character <= last; character++)
                Add((int)character, (int)(glyph + character - first) & 0xFFFF);
        }
    }

    private void Add(int character, int glyph)
    {
        if (glyph != 0)
            _glyphs[character] = glyph;
    }

    private int Table(string tag)
    {
        for (var index = 0; index < UInt16(4); index++)
        {
            var entry = 12 + (16 * index);
            if (Bytes.AsSpan(entry, 4).SequenceEqual(Encoding.ASCII.GetBytes(tag)))
                return checked((int)UInt32(entry + 8));
        }
        throw new FormatException($"it is not a TrueType font: it has no table {tag}");
    }

    private int UInt16(int offset) => BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(offset, 2));

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Bytes.AsSpan(offset, 4));
}
