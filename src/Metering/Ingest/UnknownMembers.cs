using System.Text.Json;
using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// The unknown members of an object. They are skipped, but repeated ones are refused, because the sender has a bug that
/// may also affect known members.
/// </summary>
internal sealed class UnknownMembers(SubmissionIssues issues)
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Begins a new object.</summary>
    public void Clear()
    {
        if (_names.Count > 0)
            _names.Clear();
    }

    /// <summary>Skips the current member.</summary>
    /// <param name="reader">Is on the name; moves to the last token of the value.</param>
    /// <param name="measurement">Index of the measurement that has the member; null for the body.</param>
    public void Skip(ref Utf8JsonReader reader, int? measurement)
    {
        var name = RepeatedMembers.NameAt(ref reader);
        var isRepeated = !_names.Add(name);
        reader.Read();
        if (!isRepeated && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        var parent = measurement is { } index ? FormattableString.Invariant($"measurements[{index}].") : "";
        var path = parent + RepeatedMembers.InPath(name);
        if (isRepeated)
            issues.Add(RepeatedMembers.Code, path, RepeatedMembers.Message);
        RepeatedMembers.Skip(ref reader, path, issues.Add);
    }
}
