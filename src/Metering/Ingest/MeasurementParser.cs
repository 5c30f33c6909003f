using System.Globalization;
using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>Reads one measurement after the other and collects their faults.</summary>
internal sealed class MeasurementParser(Instant receivedAt, IngestOptions options)
{
    private const int MaximumUid = 50;
    private const int MaximumCode = 80;

    // Instants are stored as nanoseconds in 64 bits, which end in April 2262.
    private static readonly Instant Earliest = NodaConstants.UnixEpoch;
    private static readonly Instant Latest = Instant.FromUtc(2262, 1, 1, 0, 0);

    private readonly FieldMapParser _maps = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private string? _uid;
    private string? _meter;
    private string? _account;
    private Instant? _ts;
    private Instant? _ets;

    public SubmissionIssues Issues { get; } = new();

    /// <summary>Reads the value at hand; the reader stands on its last token afterwards.</summary>
    /// <returns>Null when it has a fault.</returns>
    public Measurement? Read(ref Utf8JsonReader reader, int index)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"measurements[{index}]");
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Issues.Add(SubmissionIssues.WrongType, path, SubmissionIssues.MustBeObject);
            reader.Skip();
            return null;
        }
        var before = Issues.Count;
        Reset();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReadable = JsonText.TryRead(ref reader, out var name);
            reader.Read();
            if (!isReadable || !TryMember(ref reader, path, name!))
                reader.Skip();
        }
        CheckWhole(path);
        return Issues.Count > before || Issues.Count == SubmissionIssues.Limit ? null : Build();
    }

    private void Reset()
    {
        _seen.Clear();
        _maps.Clear();
        _uid = _meter = _account = null;
        _ts = _ets = null;
    }

    private bool TryMember(ref Utf8JsonReader reader, string path, string name)
    {
        switch (name)
        {
            case "uid":
                _uid = ReadText(ref reader, Again(path, name), MaximumUid);
                return true;
            case "meter":
                _meter = ReadCode(ref reader, Again(path, name));
                return true;
            case "account":
                _account = ReadCode(ref reader, Again(path, name));
                return true;
            case "ts":
                _ts = ReadInstant(ref reader, Again(path, name));
                return true;
            case "ets":
                _ets = ReadInstant(ref reader, Again(path, name));
                return true;
            default:
                if (FieldMapParser.CategoryOf(name) is not { } category)
                    return false;
                _maps.Read(ref reader, category, Again(path, name), Issues);
                return true;
        }
    }

    private string Again(string path, string name)
    {
        var memberPath = $"{path}.{name}";
        if (!_seen.Add(name))
            Issues.Forget(memberPath);
        return memberPath;
    }

    private string? ReadText(ref Utf8JsonReader reader, string path, int maximum)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType != JsonTokenType.String)
            Issues.Add(SubmissionIssues.WrongType, path, SubmissionIssues.MustBeText);
        else if (!JsonText.TryRead(ref reader, out var text))
            Issues.Add(SubmissionIssues.BadText, path, SubmissionIssues.MustBeUnicode);
        else if (text.Length > maximum)
            Issues.Add(SubmissionIssues.OutOfRange, path, $"must have at most {maximum} characters");
        else
            return text;
        reader.Skip();
        return null;
    }

    private string? ReadCode(ref Utf8JsonReader reader, string path)
    {
        var text = ReadText(ref reader, path, MaximumCode);
        if (text is null || TextForms.IsCode(text))
            return text;
        Issues.Add(SubmissionIssues.BadForm, path, TextForms.Fault(TextForm.Code, text)!);
        return null;
    }

    private Instant? ReadInstant(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        Instant instant = default;
        if (reader.TokenType != JsonTokenType.String)
            Issues.Add(SubmissionIssues.WrongType, path, SubmissionIssues.MustBeText);
        else if (!TryInstant(ref reader, out instant))
            Issues.Add(SubmissionIssues.BadForm, path, InstantText.Rule);
        else if (instant < Earliest || instant >= Latest)
            Issues.Add(SubmissionIssues.OutOfRange, path, "must lie in the years 1970 to 2261");
        else
            return instant;
        reader.Skip();
        return null;
    }

    private static bool TryInstant(ref Utf8JsonReader reader, out Instant instant)
    {
        if (!reader.ValueIsEscaped)
            return InstantText.TryParse(reader.ValueSpan, out instant);
        instant = default;
        return JsonText.TryRead(ref reader, out var text) && InstantText.TryParse(text, out instant);
    }

    private void CheckWhole(string path)
    {
        Require(_meter, path, "meter");
        Require(_account, path, "account");
        Require(_ts, path, "ts");
        if (_ts > receivedAt + options.FutureTolerance)
        {
            var seconds = options.FutureTolerance.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            Issues.Add(
                SubmissionIssues.OutOfRange, $"{path}.ts", $"must not lie more than {seconds} seconds in the future");
        }
        if (_ets < _ts)
            Issues.Add(SubmissionIssues.OutOfRange, $"{path}.ets", "must not be before ts");
        _maps.AddFaults(Issues);
    }

    private void Require<T>(T? value, string path, string name)
    {
        if (value is null && !Issues.Has($"{path}.{name}"))
            Issues.Add(SubmissionIssues.Required, $"{path}.{name}", SubmissionIssues.IsRequired);
    }

    private Measurement Build() => new()
    {
        // An empty uid tells as little as none: taking it for a value would drop all but the first as duplicates.
        Uid = string.IsNullOrEmpty(_uid) ? Guid.NewGuid().ToString() : _uid,
        Meter = _meter!,
        Account = _account!,
        Ts = _ts!.Value,
        Ets = _ets,
        Fields = _maps.Values(),
    };
}
