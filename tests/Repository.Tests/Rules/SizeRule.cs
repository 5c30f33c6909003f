using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

/// <summary>Files, methods and lines stay small enough to be read.</summary>
internal static class SizeRule
{
    internal const int FileLines = 400;
    internal const int MethodLines = 70;
    internal const int Columns = 120;

    /// <summary>Files that may be longer, each with its reason. The list may only shrink.</summary>
    private static readonly Dictionary<string, string> LongFiles = [];

    private static readonly string[] Widths = [".cs", ".razor", ".csproj", ".props", ".targets", ".slnx", ".sh", ""];

    public static IEnumerable<Violation> Check(FileTree tree) =>
        CheckFiles(tree, LongFiles).Concat(CheckMethods(tree)).Concat(CheckLines(tree));

    internal static IEnumerable<Violation> CheckFiles(FileTree tree, IReadOnlyDictionary<string, string> allowed) =>
        tree.CSharp.Where(file => file.Lines.Count > FileLines)
            .Select(file => new Violation(
                file.Path, 0, $"has {file.Lines.Count} lines, more than {FileLines}; divide it"))
            .Except(allowed);

    private static IEnumerable<Violation> CheckMethods(FileTree tree) =>
        from file in tree.CSharp
        from method in Members.Methods(file.Code)
        where method.Lines > MethodLines
        select new Violation(
            file.Path, method.Line, $"{method.Name} has {method.Lines} lines, more than {MethodLines}; divide it");

    private static IEnumerable<Violation> CheckLines(FileTree tree) =>
        from file in tree.Files
        where Widths.Contains(file.Extension) && file.Name != "LICENSE"
        from line in file.Lines.Index()
        where line.Item.Length > Columns
        select new Violation(file.Path, line.Index + 1, $"has {line.Item.Length} columns, more than {Columns}");
}
