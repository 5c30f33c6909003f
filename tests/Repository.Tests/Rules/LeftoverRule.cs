using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Nothing is half done: no markers, no code in comments, no skipped tests, no waiting by the clock.</summary>
internal static partial class LeftoverRule
{
    public static IEnumerable<Violation> Check(FileTree tree) =>
        tree.Files.Where(IsRead).SelectMany(CheckMarkers)
            .Concat(tree.CSharp.SelectMany(CheckCode))
            .Concat(tree.CSharp.SelectMany(CheckComments))
            .Concat(tree.CSharp.SelectMany(CheckSuppressions));

    // Data (the API document, lock files) may hold any word.
    private static bool IsRead(SourceFile file) =>
        file.Extension is not (".json" or ".txt") && file.Name != "LICENSE";

    private static IEnumerable<Violation> CheckMarkers(SourceFile file) =>
        from line in file.Lines.Index()
        where Marker().IsMatch(line.Item)
        select new Violation(file.Path, line.Index + 1, $"has a leftover marker: {Marker().Match(line.Item).Value}");

    private static IEnumerable<Violation> CheckCode(SourceFile file) =>
        from line in file.Code.Lines.Index()
        from Match match in Banned().Matches(line.Item)
        select new Violation(
            file.Path, line.Index + 1, $"has '{match.Value}': finish it, run it, or wait for the event");

    private static IEnumerable<Violation> CheckComments(SourceFile file) =>
        from comment in file.Code.Comments
        where CommentedCode().IsMatch(comment.Text)
        select new Violation(file.Path, comment.Line, "has code in a comment; version control remembers it");

    private static IEnumerable<Violation> CheckSuppressions(SourceFile file) =>
        from line in file.Code.Lines.Index()
        where Suppression().IsMatch(line.Item) && !HasReason(file.Lines[line.Index])
        select new Violation(file.Path, line.Index + 1, "suppresses a warning without a reason on the same line");

    private static bool HasReason(string line) => Reason().IsMatch(line);

    // In parts, so that this file does not catch itself.
    [GeneratedRegex("\\b(TO" + "DO|FIX" + "ME|HA" + "CK|XX" + "X)\\b")]
    private static partial Regex Marker();

    [GeneratedRegex(@"\bNotImplementedException\b|\bThread\s*\.\s*Sleep\b|\bSkip\s*=(?!=)")]
    private static partial Regex Banned();

    [GeneratedRegex(@"\A//+\s*(\w[\w.<>\[\]]*\s*\(.*\)\s*;|[\w.<>\[\]]+(\s\w+)?\s*=\s*[^=].*;"
        + @"|(return|var|await|using|throw|public|private|internal|if|for|foreach|while)\b.*[;{)]|[{}]+)\s*\z")]
    private static partial Regex CommentedCode();

    [GeneratedRegex(@"#pragma\s+warning\s+disable|\bSuppressMessage\s*\(")]
    private static partial Regex Suppression();

    [GeneratedRegex(@"//\s*\w+\s+\w+|Justification\s*=\s*""\w+")]
    private static partial Regex Reason();
}
