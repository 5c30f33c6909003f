using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>
/// The namespaces that a file imports are in the order in which <c>dotnet format</c> writes them: <c>System</c> first,
/// then by name, part by part, regardless of case. Neither the build nor the check of white space looks at that.
/// </summary>
internal static partial class ImportRule
{
    public static IEnumerable<Violation> Check(FileTree tree) =>
        from file in tree.CSharp
        let imports = file.Code.Lines.Index().Where(line => Import().IsMatch(line.Item)).ToList()
        from pair in imports.Zip(imports.Skip(1))
        where Compare(NameOf(pair.First.Item), NameOf(pair.Second.Item)) > 0
        select new Violation(
            file.Path, pair.Second.Index + 1, $"imports {NameOf(pair.Second.Item)} after {NameOf(pair.First.Item)}");

    private static string NameOf(string line) => Import().Match(line).Groups[1].Value;

    private static int Compare(string first, string second)
    {
        var (parts, others) = (first.Split('.'), second.Split('.'));
        if (parts[0] == "System" != (others[0] == "System"))
            return parts[0] == "System" ? -1 : 1;
        return parts.Zip(others, (one, other) => string.Compare(one, other, StringComparison.OrdinalIgnoreCase))
            .FirstOrDefault(order => order != 0, parts.Length.CompareTo(others.Length));
    }

    [GeneratedRegex(@"\Ausing ([\w.]+);")]
    private static partial Regex Import();
}
