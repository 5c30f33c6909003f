using System.Buffers;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// The elements of a JSON array. Brackets and quotation marks delimit them; whether an element is valid JSON is for its
/// reader to decide, so that one bad element does not spoil the file.
/// </summary>
internal sealed class JsonRows(RowWindow window) : RowReader(window)
{
    private const string NoArray = "The file must be a JSON array of measurements in UTF-8, such as [{...}, {...}]";

    private static readonly SearchValues<byte> Delimiters = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> InText = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> AfterScalar = SearchValues.Create(",]}\" \t\r\n"u8);
    private static readonly SearchValues<byte> Space = SearchValues.Create(" \t\r\n"u8);

    private bool _isBegun;
    private bool _isEnded;

    /// <inheritdoc/>
    public override void Resume(long offset, long line)
    {
        _isBegun = true;
        base.Resume(offset, line);
    }

    /// <inheritdoc/>
    public override bool TryRead()
    {
        if (_isEnded)
            return false;
        Window.BeginSearch();
        if (!_isBegun)
        {
            Begin();
            if (Next() == ']')
                return End();
        }
        else
        {
            var next = Next();
            if (next == ']')
                return End();
            if (next != ',')
                throw Expected("a comma or the end of the array");
            Window.Advance(1);
        }
        ReadElement(Next());
        return true;
    }

    private void Begin()
    {
        _isBegun = true;
        Window.SkipMark();
        if (Next() != '[')
            throw new UploadFault(NoArray);
        Window.Advance(1);
        if (Window.Ahead() is [0, ..])
            throw new UploadFault(NoArray); // UTF-16 without a byte order mark
    }

    private bool End()
    {
        _isEnded = true;
        Window.Advance(1);
        if (Next() >= 0)
            throw Expected("nothing after the end of the array");
        return false;
    }

    // The next byte that is not white space; -1 at the end of the file.
    private int Next()
    {
        while (true)
        {
            var ahead = Window.Ahead();
            if (ahead.IsEmpty)
                return -1;
            var length = ahead.IndexOfAnyExcept(Space);
            Window.Advance(length < 0 ? ahead.Length : length);
            if (length >= 0)
                return ahead[length];
        }
    }

    private void ReadElement(int first)
    {
        if (first is < 0 or ',' or ']' or '}')
            throw Expected("a measurement");
        Window.BeginRow();
        if (first == '"')
        {
            Window.Advance(1);
            ReadText();
        }
        else if (first is '{' or '[')
            ReadNested();
        else
            ReadScalar();
        Window.EndRow();
    }

    // The depth is only counted, because a file may nest deeper than memory could record.
    private void ReadNested()
    {
        var depth = 0L;
        do
        {
            var ahead = Ahead();
            var length = ahead.IndexOfAny(Delimiters);
            Window.Advance(length < 0 ? ahead.Length : length + 1);
            if (length < 0)
                continue;
            switch (ahead[length])
            {
                case (byte)'"':
                    ReadText();
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }
        }
        while (depth > 0);
    }

    private void ReadText()
    {
        while (true)
        {
            var ahead = Ahead();
            var length = ahead.IndexOfAny(InText);
            if (length < 0)
            {
                Window.Advance(ahead.Length);
                continue;
            }
            var isEnd = ahead[length] == '"';
            Window.Advance(length + 1);
            if (isEnd)
                return;
            Ahead();
            Window.Advance(1); // the escaped character
        }
    }

    private void ReadScalar()
    {
        while (true)
        {
            var ahead = Ahead();
            var length = ahead.IndexOfAny(AfterScalar);
            Window.Advance(length < 0 ? ahead.Length : length);
            if (length >= 0)
                return;
        }
    }

    private ReadOnlySpan<byte> Ahead()
    {
        var ahead = Window.Ahead();
        return ahead.IsEmpty
            ? throw new UploadFault(FormattableString.Invariant(
                $"The file ends in the middle of the measurement that begins on line {Window.RowLine}"))
            : ahead;
    }

    private UploadFault Expected(string what) => new(FormattableString.Invariant(
        $"The file is not a JSON array: line {Window.Line} must have {what}"));
}
