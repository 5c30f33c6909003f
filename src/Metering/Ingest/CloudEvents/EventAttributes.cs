using System.Net.Mime;
using System.Text.Json;
using CloudNative.CloudEvents;
using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>
/// The attributes of one event, from either headers or members. The CloudEvents library validates their values, except
/// <c>time</c>, which the intake checks like any other timestamp of a measurement.
/// </summary>
internal sealed class EventAttributes(int index, SubmissionIssues issues)
{
    private const string SpecVersion = "specversion";
    private const string SupportedVersion = "1.0";

    private static readonly Dictionary<string, CloudEventAttribute> Defined =
        CloudEventsSpecVersion.V1_0.AllAttributes.ToDictionary(attribute => attribute.Name, StringComparer.Ordinal);

    // The specification makes subject optional, but it contains the account to charge.
    private static readonly string[] Required = [SpecVersion, "id", "source", "type", "subject"];

    private readonly Dictionary<string, string?> _given = new(StringComparer.Ordinal); // null if invalid

    /// <summary>The value of an attribute; null if it is absent or invalid.</summary>
    public string? this[string name] => _given.GetValueOrDefault(name);

    /// <summary>The path of an attribute or of another member of the event.</summary>
    public static string Path(int index, string name) =>
        FormattableString.Invariant($"events[{index}].{RepeatedMembers.InPath(name)}");

    /// <summary>Adds an attribute that the sender gave as a member.</summary>
    public void Add(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null || !IsName(name) || !IsUsed(name))
            return;
        if (value.ValueKind != JsonValueKind.String)
            Refuse(SubmissionIssues.WrongType, name, SubmissionIssues.MustBeText);
        else if (EventJson.TextOf(value) is { } text)
            Set(name, text);
        else
            Refuse(SubmissionIssues.BadText, name, SubmissionIssues.MustBeUnicode);
    }

    /// <summary>Adds an attribute that the sender gave as a header.</summary>
    /// <param name="name">The name without the prefix of the header.</param>
    /// <param name="values">The values of the header, encoded.</param>
    public void Add(string name, IReadOnlyList<string> values)
    {
        if (!IsName(name) || !IsUsed(name))
            return;
        if (values.Count != 1)
        {
            Refuse(RepeatedMembers.Code, name, RepeatedMembers.Message);
            return;
        }
        try
        {
            Set(name, CloudNative.CloudEvents.Http.HttpUtilities.DecodeHeaderValue(values[0]));
        }
        catch (ArgumentException)
        {
            Refuse(SubmissionIssues.BadForm, name, "must be percent-encoded UTF-8");
        }
    }

    /// <summary>Reports missing attributes and an unsupported content type of the data.</summary>
    public void CheckWhole()
    {
        foreach (var name in Required.Where(name => !_given.ContainsKey(name)))
            issues.Add(SubmissionIssues.Required, Path(index, name), SubmissionIssues.IsRequired);
        if (this["datacontenttype"] is { } type && !IsJson(type))
        {
            Refuse(
                SubmissionIssues.OutOfRange, "datacontenttype", "must be a JSON media type such as application/json");
        }
    }

    /// <summary>True for <c>application/json</c> and the like.</summary>
    public static bool IsJson(string contentType)
    {
        try
        {
            var type = new ContentType(contentType).MediaType;
            return type.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
                || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private void Set(string name, string text)
    {
        if (name == SpecVersion)
        {
            if (text == SupportedVersion)
                _given[name] = text;
            else
                Refuse(SubmissionIssues.OutOfRange, name, $"must be {SupportedVersion}");
            return;
        }
        if (text.Length == 0)
            Refuse(SubmissionIssues.OutOfRange, name, "must not be empty");
        else if (IsValid(Defined[name], text))
            _given[name] = text;
        else
            Refuse(SubmissionIssues.BadForm, name, $"must be a valid CloudEvents {Defined[name].Type.Name}");
    }

    private static bool IsValid(CloudEventAttribute attribute, string text)
    {
        if (text.Any(char.IsControl)) // the library allows them in a source
            return false;
        if (attribute.Type == CloudEventAttributeType.Timestamp)
            return true;
        try
        {
            attribute.Parse(text);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return false;
        }
    }

    // Otherwise a name with upper-case letters would be ignored as an extension and the attribute reported as missing.
    private bool IsName(string name)
    {
        if (name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c)))
            return true;
        issues.Add(
            SubmissionIssues.BadForm, Path(index, name), "has a name that is not of lower-case letters and digits");
        return false;
    }

    // Extension attributes are ignored: they are meant for intermediaries that route events.
    private static bool IsUsed(string name) => name == SpecVersion || Defined.ContainsKey(name);

    private void Refuse(string code, string name, string message)
    {
        _given[name] = null;
        issues.Add(code, Path(index, name), message);
    }
}
