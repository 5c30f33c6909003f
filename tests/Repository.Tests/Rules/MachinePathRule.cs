using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>No file names a place on the machine that it was written on.</summary>
internal static partial class MachinePathRule
{
    public static IEnumerable<Violation> Check(FileTree tree) =>
        from file in tree.Files
        from line in file.Lines.Index()
        from Match match in MachinePath().Matches(line.Item)
        select new Violation(file.Path, line.Index + 1, $"names a path of one machine: {match.Value}");

    // In parts, so that this file does not catch itself.
    [GeneratedRegex("(?<![\\w.}])(/wo" + "rk|/ro" + "ot|/ho" + "me|/Us" + "ers|[A-Z]:\\\\Us" + "ers)[/\\\\]")]
    private static partial Regex MachinePath();
}
