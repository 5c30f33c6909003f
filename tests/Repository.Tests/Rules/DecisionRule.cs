using System.Globalization;
using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>
/// Each decision on billing that the API contract leaves open has a test that names it, such as
/// <c>Decision07_AdjustmentOnTheFirstDay_IsPartOfTheRunningTotal</c>, and no test names one that is not listed in
/// <c>docs/billing-tests.md</c>.
/// </summary>
internal static partial class DecisionRule
{
    private const string List = "docs/billing-tests.md";

    public static IEnumerable<Violation> Check(FileTree tree)
    {
        var listed = tree.Find(List)?.Lines.Select(line => Row().Match(line)).Where(row => row.Success)
            .Select(row => NumberOf(row)).ToHashSet() ?? [];
        var named = tree.CSharp.Where(file => file.IsUnder("tests")).SelectMany(NamedBy).ToList();
        return listed.Except(named.Select(one => one.Number))
            .Select(number => new Violation(List, 0, $"no test has a name that begins with Decision{number:00}_"))
            .Concat(named.Where(one => !listed.Contains(one.Number))
                .Select(one => new Violation(one.Path, one.Line, $"decision {one.Number} is not listed in {List}")));
    }

    private static IEnumerable<(string Path, int Line, int Number)> NamedBy(SourceFile file) =>
        from line in file.Code.Lines.Index()
        from Match match in Test().Matches(line.Item)
        select (file.Path, line.Index + 1, NumberOf(match));

    private static int NumberOf(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b(?:void|Task) Decision(\d+)_\w+\(")]
    private static partial Regex Test();

    [GeneratedRegex(@"^\| (\d+) \|")]
    private static partial Regex Row();
}
