using System.Text;
using System.Text.Unicode;
using Tallystick.Metering.Csv;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// The records of a CSV file (RFC 4180) without its header. A quotation mark opens a quoted value only at the start of
/// the value, so that a stray one affects a single record. Empty lines are ignored.
/// </summary>
internal sealed class CsvRows(RowWindow window) : RowReader(window)
{
    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Row => base.Row.TrimEnd((byte)'\r');

    private enum State
    {
        Start,
        Plain,
        Quoted,
        AfterQuote,
    }

    /// <summary>Reads the first record, which names the columns. Must be called before rows are read.</summary>
    /// <exception cref="UploadFault">There is none, or it is malformed.</exception>
    public IReadOnlyList<string> ReadHeader()
    {
        Window.SkipMark();
        if (!TryRead() || IsTooLong || !Utf8.IsValid(Row)
            || CsvRecord.Read(Encoding.UTF8.GetString(Row)) is not { } names)
            throw new UploadFault("The first line of the file must contain the names of the columns, in UTF-8");
        return [.. names.Select(name => name.Text)];
    }

    /// <inheritdoc/>
    public override bool TryRead()
    {
        Window.BeginSearch();
        while (!Window.Ahead().IsEmpty)
        {
            ReadRecord();
            if (IsTooLong || Row.Length > 0)
                return true;
        }
        return false;
    }

    private void ReadRecord()
    {
        Window.BeginRow();
        var state = State.Start;
        while (Window.Ahead() is { IsEmpty: false } ahead)
        {
            var length = 0;
            switch (state)
            {
                case State.Quoted:
                    length = ahead.IndexOf((byte)'"');
                    state = length < 0 ? state : State.AfterQuote;
                    Window.Advance(length < 0 ? ahead.Length : length + 1);
                    break;
                case State.Start or State.AfterQuote when ahead[0] == '"':
                    state = State.Quoted;
                    Window.Advance(1);
                    break;
                default:
                    length = ahead.IndexOfAny((byte)',', (byte)'\n');
                    state = length < 0 ? State.Plain : State.Start;
                    if (length >= 0 && ahead[length] == '\n')
                    {
                        EndRecord(ahead[..length]);
                        return;
                    }
                    Window.Advance(length < 0 ? ahead.Length : length + 1);
                    break;
            }
        }
        if (state == State.Quoted)
            throw new UploadFault(FormattableString.Invariant(
                $"A quotation mark in the row that begins on line {RowLine} is never closed"));
        EndRecord([]);
    }

    // Leaves the line end out of the record: a line feed, possibly after a carriage return.
    private void EndRecord(ReadOnlySpan<byte> rest)
    {
        Window.Advance(rest.Length);
        Window.EndRow();
        if (!Window.Ahead().IsEmpty)
            Window.Advance(1);
    }
}
