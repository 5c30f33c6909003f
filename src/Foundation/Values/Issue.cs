namespace Tallystick.Foundation.Values;

/// <summary>Whether a fault lies in the request alone or in its meeting with what is stored.</summary>
public enum IssueKind
{
    /// <summary>The request is wrong whatever is stored; answered with 400.</summary>
    Invalid,

    /// <summary>The request is well-formed but stored data forbids it; answered with 409.</summary>
    Conflict,
}

/// <summary>One fault of a request: where it is and what is wrong, in words a caller can act on.</summary>
/// <param name="Code">Stable short name of the fault, such as <c>required</c>.</param>
/// <param name="Path">The member at fault, such as <c>dataFields[2].code</c>; empty for the whole request.</param>
/// <param name="Message">What is wrong and what is accepted, without the path.</param>
/// <param name="Kind">Decides the status of the answer.</param>
public sealed record Issue(string Code, string Path, string Message, IssueKind Kind = IssueKind.Invalid)
{
    /// <summary>
    /// That a member refers to an entity that does not exist. What the caller may not see reads the same.
    /// </summary>
    /// <param name="path">The member.</param>
    /// <param name="kind">The kind of the entity in words.</param>
    /// <param name="value">What it is called there.</param>
    public static Issue UnknownReference(string path, string kind, string value) =>
        new("unknown_reference", path, $"{kind} '{value}' does not exist");

    /// <summary>The path and the message as one sentence.</summary>
    public override string ToString() => Path.Length == 0 ? Message : $"{Path}: {Message}";
}

/// <summary>Collects every fault of one request, so that the caller hears of all of them at once.</summary>
public sealed class Issues
{
    private readonly List<Issue> _all = [];

    /// <summary>The faults found so far, in the order found.</summary>
    public IReadOnlyList<Issue> All => _all;

    /// <summary>True while nothing is wrong.</summary>
    public bool IsEmpty => _all.Count == 0;

    /// <summary>Adds a fault of the request itself.</summary>
    public void Add(string code, string path, string message) => _all.Add(new Issue(code, path, message));

    /// <summary>Adds that a member refers to an entity that does not exist.</summary>
    public void AddUnknownReference(string path, string kind, string value) =>
        _all.Add(Issue.UnknownReference(path, kind, value));

    /// <summary>Adds a clash with stored data.</summary>
    public void AddConflict(string code, string path, string message) =>
        _all.Add(new Issue(code, path, message, IssueKind.Conflict));

    /// <summary>Stops the work when anything is wrong.</summary>
    /// <exception cref="RefusedException">There is at least one fault.</exception>
    public void ThrowIfAny()
    {
        if (_all.Count > 0)
            throw new RefusedException([.. _all]);
    }
}

/// <summary>A request is refused for the listed faults; nothing was changed.</summary>
public sealed class RefusedException(IReadOnlyList<Issue> issues)
    : Exception(string.Join("; ", issues.Select(issue => issue.ToString())))
{
    /// <summary>Refuses for a single fault.</summary>
    public RefusedException(Issue issue)
        : this([issue])
    {
    }

    /// <summary>The faults, at least one.</summary>
    public IReadOnlyList<Issue> Issues { get; } = issues;
}
