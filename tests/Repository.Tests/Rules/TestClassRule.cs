using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>A class that calls itself tests has some, of its own or of the suite that it derives from.</summary>
internal static partial class TestClassRule
{
    public static IEnumerable<Violation> Check(FileTree tree)
    {
        var classes = tree.CSharp.Where(file => file.IsUnder("tests")).SelectMany(Classes).ToList();
        var byName = classes.ToLookup(one => one.Name, StringComparer.Ordinal);
        return classes.Where(one => one.Name.EndsWith("Tests", StringComparison.Ordinal) && !HasTests(one, byName))
            .Select(one => new Violation(one.Path, one.Line, $"{one.Name} has no tests"));
    }

    private static bool HasTests(TestClass one, ILookup<string, TestClass> byName) =>
        one.HasOwn || byName[one.Base].Any(suite => suite.Name != one.Name && HasTests(suite, byName));

    private static IEnumerable<TestClass> Classes(SourceFile file)
    {
        var text = file.Code.Text;
        var found = Class().Matches(text);
        foreach (var (index, match) in found.Index())
        {
            var end = index + 1 < found.Count ? found[index + 1].Index : text.Length;
            yield return new TestClass(
                file.Path,
                text[..match.Index].Count(character => character == '\n') + 1,
                match.Groups[1].Value,
                match.Groups[3].Value,
                Test().IsMatch(text[match.Index..end]));
        }
    }

    private sealed record TestClass(string Path, int Line, string Name, string Base, bool HasOwn);

    [GeneratedRegex(@"\bclass\s+(\w+)(<[^>]*>)?\s*(?:\([^)]*\))?\s*(?::\s*([\w.]+))?")]
    private static partial Regex Class();

    [GeneratedRegex(@"\[\s*(Fact|Theory)\b")]
    private static partial Regex Test();
}
