using System.Globalization;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads measurements from the bytes of a submission into a batch, without intermediate objects. Paths are built only
/// for faults.
/// </summary>
internal sealed class MeasurementParser(IngestOptions options, BatchWriter batch, SubmissionIssues issues)
{
    internal const int MaximumUid = 50;
    internal const int MaximumCode = 80;
    internal const int MaximumMetadata = 256;

    private readonly long _tolerance = options.FutureTolerance.ToInt64Nanoseconds();
    private readonly ByteBuffer _uid = new(64);
    private readonly ByteBuffer _meter = new(128);
    private readonly ByteBuffer _account = new(128);
    private readonly ByteBuffer _scratch = new(256);
    private readonly FieldRow _fields = new();
    private readonly UnknownMembers _unknown = new(issues);
    private Given _given;
    private int _seen; // a bit for each member seen so far
    private int _index;
    private long _ts;
    private long? _ets;

    /// <summary>When the submission was received, in nanoseconds since 1970.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>The uid of a measurement without one; empty to generate one.</summary>
    public ByteBuffer OtherwiseUid { get; } = new(64);

    /// <summary>Reads the current measurement and leaves the reader on its last token.</summary>
    public void Read(ref Utf8JsonReader reader, int index)
    {
        _index = index;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            issues.Add(SubmissionIssues.WrongType, Path(null), SubmissionIssues.MustBeObject);
            reader.Skip();
            return;
        }
        Clear();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MeasurementMembers.Of(ref reader);
            if (member == MeasurementMember.Other)
            {
                _unknown.Skip(ref reader, index);
                continue;
            }
            reader.Read();
            if (IsFirst(member))
                ReadMember(ref reader, member);
            else
                reader.Skip();
        }
        CheckWhole();
        SettleFields();
        if (issues.Count == 0)
            Write();
    }

    private void Clear()
    {
        _uid.Clear();
        _meter.Clear();
        _account.Clear();
        _fields.Clear();
        _unknown.Clear();
        _given = Given.Nothing;
        _seen = 0;
        _ts = 0;
        _ets = null;
    }

    private void ReadMember(ref Utf8JsonReader reader, MeasurementMember member)
    {
        switch (member)
        {
            case MeasurementMember.Uid:
                TryText(ref reader, "uid", MaximumUid, _uid);
                return;
            case MeasurementMember.Meter:
                ReadCode(ref reader, "meter", Given.Meter, _meter);
                return;
            case MeasurementMember.Account:
                ReadCode(ref reader, "account", Given.Account, _account);
                return;
            case MeasurementMember.Ts:
                if (TryInstant(ref reader, "ts", Given.Ts, out _ts))
                    _given |= Given.Ts;
                return;
            case MeasurementMember.Ets:
                _ets = TryInstant(ref reader, "ets", Given.Nothing, out var ets) ? ets : null;
                return;
            default:
                ReadMap(ref reader, MeasurementMembers.CategoryOf(member));
                return;
        }
    }

    private bool IsFirst(MeasurementMember member)
    {
        var flag = 1 << (int)member;
        if ((_seen & flag) != 0)
        {
            issues.Add(RepeatedMembers.Code, Path(MeasurementMembers.NameOf(member)), RepeatedMembers.Message);
            return false;
        }
        _seen |= flag;
        return true;
    }

    private void ReadCode(ref Utf8JsonReader reader, string name, Given flag, ByteBuffer target)
    {
        if (reader.TokenType != JsonTokenType.Null)
            _given |= flag; // an invalid code is not also reported as missing
        if (TryText(ref reader, name, MaximumCode, target) && !IsCode(target.Written))
            issues.Add(SubmissionIssues.BadForm, Path(name), TextForms.Fault(TextForm.Code, "")!);
    }

    /// <returns>True if the target contains the text; false for null and after a fault was reported.</returns>
    private bool TryText(ref Utf8JsonReader reader, string name, int maximum, ByteBuffer target)
    {
        target.Clear();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.String)
        {
            issues.Add(SubmissionIssues.WrongType, Path(name), SubmissionIssues.MustBeText);
            reader.Skip();
            return false;
        }
        if (!JsonText.TryCopy(ref reader, target))
        {
            issues.Add(SubmissionIssues.BadText, Path(name), SubmissionIssues.MustBeUnicode);
            return false;
        }
        if (TextLength.IsAtMost(target.Written, maximum))
            return true;
        issues.Add(SubmissionIssues.OutOfRange, Path(name), $"must have at most {maximum} characters");
        return false;
    }

    private bool TryInstant(ref Utf8JsonReader reader, string name, Given flag, out long nanoseconds)
    {
        nanoseconds = 0;
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        _given |= flag;
        if (reader.TokenType != JsonTokenType.String)
        {
            issues.Add(SubmissionIssues.WrongType, Path(name), SubmissionIssues.MustBeText);
            reader.Skip();
            return false;
        }
        _scratch.Clear();
        var isRead = reader.ValueIsEscaped
            ? JsonText.TryCopy(ref reader, _scratch)
                & TimestampText.TryParse(_scratch.Written, out nanoseconds, out var isInRange)
            : TimestampText.TryParse(reader.ValueSpan, out nanoseconds, out isInRange);
        if (!isRead)
            issues.Add(SubmissionIssues.BadForm, Path(name), InstantText.Rule);
        else if (!isInRange)
            issues.Add(SubmissionIssues.OutOfRange, Path(name), "must be in the years 1970 to 2261");
        return isRead && isInRange;
    }

    private void ReadMap(ref Utf8JsonReader reader, DataFieldCategory category)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var content = category.IsNumeric() ? "numbers" : "texts";
            issues.Add(
                SubmissionIssues.WrongType, Path(MeasurementMembers.NameOf(category)),
                $"must be an object of {content}");
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryBeginEntry(ref reader, category))
            {
                reader.Skip();
                continue;
            }
            if (reader.TokenType == JsonTokenType.Null)
                _fields.EndAsNull();
            else if (category.IsNumeric())
                ReadNumber(ref reader, category);
            else
                ReadText(ref reader, category);
        }
    }

    // Reads the name of an entry and moves to its value.
    private bool TryBeginEntry(ref Utf8JsonReader reader, DataFieldCategory category)
    {
        var number = BatchWriter.NumberOf(category);
        if (!reader.ValueIsEscaped)
            _fields.BeginEntry(number, reader.ValueSpan);
        else
        {
            _scratch.Clear();
            if (!JsonText.TryCopy(ref reader, _scratch))
            {
                issues.Add(
                    SubmissionIssues.BadText, Path(MeasurementMembers.NameOf(category)),
                    $"has a name that {SubmissionIssues.MustBeUnicode}");
                reader.Read();
                return false;
            }
            _fields.BeginEntry(number, _scratch.Written);
        }
        reader.Read();
        return true;
    }

    private void ReadNumber(ref Utf8JsonReader reader, DataFieldCategory category)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            issues.Add(SubmissionIssues.WrongType, EntryPath(category), SubmissionIssues.MustBeNumber);
            reader.Skip();
        }
        else if (!NumberEncoding.TryWrite(_fields.ValueBuffer, reader.ValueSpan))
            issues.Add(SubmissionIssues.OutOfRange, EntryPath(category), ExactNumber.Rule);
        _fields.EndEntry();
    }

    private void ReadText(ref Utf8JsonReader reader, DataFieldCategory category)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            issues.Add(SubmissionIssues.WrongType, EntryPath(category), SubmissionIssues.MustBeText);
            reader.Skip();
            return;
        }
        _scratch.Clear();
        if (reader.ValueIsEscaped && !JsonText.TryCopy(ref reader, _scratch))
        {
            issues.Add(SubmissionIssues.BadText, EntryPath(category), SubmissionIssues.MustBeUnicode);
            return;
        }
        var text = reader.ValueIsEscaped ? _scratch.Written : reader.ValueSpan;
        if (category == DataFieldCategory.Metadata && !TextLength.IsAtMost(text, MaximumMetadata))
        {
            issues.Add(
                SubmissionIssues.OutOfRange, EntryPath(category), $"must have at most {MaximumMetadata} characters");
        }
        _fields.ValueBuffer.WriteText(text);
        _fields.EndEntry();
    }

    private void CheckWhole()
    {
        Require(Given.Meter, "meter");
        Require(Given.Account, "account");
        Require(Given.Ts, "ts");
        if (_ts - ReceivedAt > _tolerance && issues.Count < SubmissionIssues.Limit)
        {
            var seconds = options.FutureTolerance.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            issues.Add(
                SubmissionIssues.OutOfRange, Path("ts"), $"must not be more than {seconds} seconds in the future");
        }
        if (_ets < _ts)
            issues.Add(SubmissionIssues.OutOfRange, Path("ets"), "must not be before ts");
    }

    private void Require(Given flag, string name)
    {
        if ((_given & flag) == 0)
            issues.Add(SubmissionIssues.Required, Path(name), SubmissionIssues.IsRequired);
    }

    // A list of fields that is already in the batch was checked for repeated entries before.
    private void SettleFields()
    {
        if (!_fields.HasNull && batch.HasList(_fields.List))
            return;
        foreach (var (category, code) in _fields.Settle())
        {
            issues.Add(
                RepeatedMembers.Code, EntryPath(BatchWriter.CategoryOf(category), code), RepeatedMembers.Message);
        }
    }

    private void Write()
    {
        // An empty uid counts as absent: otherwise, all measurements but the first would be dropped as duplicates.
        if (_uid.Length == 0)
            _uid.Write(OtherwiseUid.Written);
        if (_uid.Length == 0)
        {
            Guid.NewGuid().TryFormat(_uid.Reserve(36), out var length);
            _uid.Advance(length);
        }
        batch.Row(
            _uid.Written, batch.Meter(_meter.Written), batch.List(_fields.List), batch.Account(_account.Written), _ts,
            _ets, _fields.Values);
    }

    private static bool IsCode(ReadOnlySpan<byte> code) =>
        code.Length > 0 && code[0] != ' ' && code[^1] != ' '
        && code.IndexOfAnyInRange((byte)0, (byte)0x1f) < 0 && !code.Contains((byte)0x7f);

    private string EntryPath(DataFieldCategory category) => EntryPath(category, _fields.LastCode);

    private string EntryPath(DataFieldCategory category, ReadOnlySpan<byte> code) =>
        $"{Path(MeasurementMembers.NameOf(category))}.{JsonText.PathPart(code)}";

    private string Path(string? member) => FormattableString.Invariant(
        $"measurements[{_index}]{(member is null ? "" : ".")}{member}");

    [Flags]
    private enum Given
    {
        Nothing = 0,
        Meter = 1,
        Account = 2,
        Ts = 4,
    }
}
