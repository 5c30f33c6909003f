namespace Tallystick.Foundation.Values;

/// <summary>Whether a fault is in the request itself or is a conflict with stored data.</summary>
public enum IssueKind
{
    /// <summary>The request is invalid regardless of stored data; returns 400.</summary>
    Invalid,

    /// <summary>The request is valid but conflicts with stored data; returns 409.</summary>
    Conflict,
}

/// <summary>A fault of a request: its location and a message that the caller can act on.</summary>
/// <param name="Code">Stable code of the fault, such as <c>required</c>.</param>
/// <param name="Path">The member at fault, such as <c>dataFields[2].code</c>; empty for the whole request.</param>
/// <param name="Message">What is wrong and what is accepted, without the path.</param>
/// <param name="Kind">Determines the status of the response.</param>
public sealed record Issue(string Code, string Path, string Message, IssueKind Kind = IssueKind.Invalid)
{
    /// <summary>
    /// A member refers to an entity that does not exist. The message is the same for an entity that the caller may not
    /// see.
    /// </summary>
    /// <param name="path">The member.</param>
    /// <param name="kind">The kind of the entity in words.</param>
    /// <param name="value">The reference as given.</param>
    public static Issue UnknownReference(string path, string kind, string value) =>
        new("unknown_reference", path, $"{kind} '{value}' does not exist");

    /// <summary>The path and the message as one sentence.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

/// <summary>Collects all faults of a request, so that they can be reported together.</summary>
public sealed class Issues
{
    private readonly List<Issue> _all = [];

    /// <summary>The faults found so far, in the order found.</summary>
    public IReadOnlyList<Issue> All => _all;

    /// <summary>True if there are no faults.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Adds a fault of the request itself.</summary>
    public void Add(string code, string path, string message) => Add(new Issue(code, path, message));

    /// <summary>Adds an issue.</summary>
    public void Add(Issue issue) => _all.Add(issue);

    /// <summary>Adds a reference to an entity that does not exist.</summary>
    public void AddUnknownReference(string path, string kind, string value) =>
        _all.Add(Issue.UnknownReference(path, kind, value));

    /// <summary>Adds a conflict with stored data.</summary>
    public void AddConflict(string code, string path, string message) =>
        _all.Add(new Issue(code, path, message, IssueKind.Conflict));

    /// <summary>Throws if there are faults.</summary>
    /// <exception cref="RefusedException">There is at least one fault.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
            throw new RefusedException([.. _all]);
    }
}

/// <summary>A request is refused because of the listed faults. Nothing was changed.</summary>
public sealed class RefusedException(IReadOnlyList<Issue> issues)
    : Exception(string.Join("; ", issues.Select(issue => issue.ToString())))
{
    /// <summary>A refusal with a single fault.</summary>
    public RefusedException(Issue issue)
        : this([issue])
    {
    }

    /// <summary>The faults, at least one.</summary>
    public IReadOnlyList<Issue> Issues { get; } = issues;
}
