namespace Tallystick.Repository.Tests.Sources;

/// <summary>A place that breaks a rule.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Line">The line, from 1; 0 for the whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
internal sealed record Violation(string Path, int Line, string Message)
{
    public override string ToString() => Line == 0 ? $"{Path}: {Message}" : $"{Path}:{Line}: {Message}";
}

internal static class Violations
{
    /// <summary>Fails with the list of violations, one a line.</summary>
    public static void ShouldBeNone(this IEnumerable<Violation> violations) =>
        string.Join('\n', violations).ShouldBeEmpty();

    /// <summary>
    /// Leaves out what the allow-list permits (path and reason), and adds the entries that nothing needs any longer
    /// or that give no reason: so the list can only shrink.
    /// </summary>
    public static IEnumerable<Violation> Except(
        this IEnumerable<Violation> violations, IReadOnlyDictionary<string, string> allowed)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var violation in violations)
        {
            if (allowed.ContainsKey(violation.Path))
                needed.Add(violation.Path);
            else
                yield return violation;
        }
        foreach (var (path, reason) in allowed)
        {
            if (!needed.Contains(path))
                yield return new Violation(path, 0, "is on the allow-list without need; take it off");
            if (string.IsNullOrWhiteSpace(reason))
                yield return new Violation(path, 0, "is on the allow-list without a reason");
        }
    }
}
