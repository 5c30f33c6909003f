using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest;

/// <summary>The faults of a submission, at most <see cref="Limit"/>, and their messages.</summary>
internal sealed class SubmissionIssues
{
    /// <summary>Maximum number of reported faults per request.</summary>
    public const int Limit = 100;

    public const string Required = "required";
    public const string WrongType = "wrong_type";
    public const string OutOfRange = "out_of_range";
    public const string BadForm = "bad_form";
    public const string BadText = "bad_text";
    public const string BadJson = "bad_json";

    public const string IsRequired = "is required";
    public const string MustBeText = "must be a string";
    public const string MustBeNumber = "must be a number";
    public const string MustBeObject = "must be an object";
    public const string MustBeUnicode = "must be valid Unicode without the character U+0000";

    private readonly List<Issue> _all = [];

    public int Count => _all.Count;

    public IReadOnlyList<Issue> All => _all;

    public void Add(string code, string path, string message)
    {
        if (_all.Count < Limit)
            _all.Add(new Issue(code, path, message));
    }

    public void Clear() => _all.Clear();

    public void ThrowIfAny()
    {
        if (_all.Count > 0)
            throw new RefusedException([.. _all]);
    }
}
