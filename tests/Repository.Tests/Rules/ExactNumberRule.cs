using System.Text.RegularExpressions;
using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Quantities, prices and amounts are decimal: no binary fraction in the projects that compute them.</summary>
internal static partial class ExactNumberRule
{
    /// <summary>Files that may use binary fractions, each with its reason. The list may only shrink.</summary>
    private static readonly Dictionary<string, string> Allowed = [];

    private static readonly string[] Exact = ["src/Metering", "src/Pricing", "src/Billing"];

    public static IEnumerable<Violation> Check(FileTree tree) => Check(tree, Allowed);

    internal static IEnumerable<Violation> Check(FileTree tree, IReadOnlyDictionary<string, string> allowed) =>
        (from file in tree.CSharp
         where Exact.Any(file.IsUnder)
         from line in file.Code.Lines.Index()
         from Match match in BinaryFraction().Matches(line.Item)
         select new Violation(file.Path, line.Index + 1, $"uses {match.Value}; money and quantities are decimal"))
        .Except(allowed);

    [GeneratedRegex(@"\b(double|float|Double|Single|Half)\b(?!\s*\()|\b\d+(\.\d+)?[dDfF]\b")]
    private static partial Regex BinaryFraction();
}
