using Tallystick.Repository.Tests.Sources;

namespace Tallystick.Repository.Tests.Rules;

public sealed class DependencyRuleTests
{
    private const string Table =
        """
        # Architecture

        | part | may use | must not use |
        | --- | --- | --- |
        | `Foundation` | `NodaTime` | other packages |
        | `Metering` | `Foundation` | web, databases |
        | `Pricing` | `Foundation`, `Metering` | web, databases |
        | `Pricing/Rating` | `Foundation` | tasks, clock |

        | family | in the project file | in the sources |
        | --- | --- | --- |
        | web | `Microsoft.NET.Sdk.Web`, `Microsoft.AspNetCore.*` | `Microsoft.AspNetCore` |
        | databases | `Npgsql` | `Npgsql`, `System.Data` |
        | other packages | `*` | |
        | tasks | | `Task`, `async` |
        | clock | | `IClock`, `DateTime.UtcNow` |

        """;

    [Fact]
    public void Dependencies_RealTree_Pass() => DependencyRule.Check(FileTree.Real).ShouldBeNone();

    [Fact]
    public void Dependencies_RealDocument_StatesTheRulesThatMatter()
    {
        var table = DependencyTable.Parse(FileTree.Real.Find(DependencyTable.Document)!.Text);
        Row("Foundation").MayUse.ShouldBe(["NodaTime"]);
        Row("Pricing/Rating").MustNotUse.ShouldContain("tasks");
        Row("Billing/Calculation").MustNotUse.ShouldBe(["tasks", "the clock"], ignoreOrder: true);
        foreach (var domain in (string[])["Metering", "Pricing", "Billing"])
            Row(domain).MustNotUse.ShouldBe(["ASP.NET", "databases", "the file system"], ignoreOrder: true);

        DependencyRow Row(string place) => table.Rows.Single(row => row.Place == place);
    }

    [Fact]
    public void RealTree_WithOneMorePackageInFoundation_IsCaught()
    {
        const string Project = "src/Foundation/Foundation.csproj";
        var tree = FileTree.Of(FileTree.Real.Files.Select(file => (file.Path, file.Path == Project
            ? file.Text.Replace("<PackageReference Include=\"NodaTime\" />", "<PackageReference Include=\"Dapper\" />")
            : file.Text)));

        DependencyRule.Check(tree).Single().Message.ShouldContain("other packages");
    }

    [Theory]
    [InlineData("Metering", "<ProjectReference Include=\"../Pricing/Pricing.csproj\" />", "Pricing")]
    [InlineData("Metering", "<PackageReference Include=\"Npgsql\" />", "databases")]
    [InlineData("Metering", "<Project Sdk=\"Microsoft.NET.Sdk.Web\">", "web")]
    [InlineData("Pricing", "<FrameworkReference Include=\"Microsoft.AspNetCore.App\" />", "web")]
    [InlineData("Foundation", "<PackageReference Include=\"Dapper\" />", "other packages")]
    public void ProjectFile_ForbiddenReference_IsCaught(string project, string line, string named) =>
        Check(($"src/{project}/{project}.csproj", line)).Single().Message.ShouldContain(named);

    [Theory]
    [InlineData("Metering/A.cs", "using Tallystick.Pricing.Plans;", "Pricing")]
    [InlineData("Metering/Deep/A.cs", "var plan = new Pricing.Plans.Plan();", "Pricing")]
    [InlineData("Metering/A.cs", "using Npgsql;", "databases")]
    [InlineData("Pricing/A.cs", "Microsoft.AspNetCore.Http.HttpContext context;", "web")]
    [InlineData("Pricing/Rating/A.cs", "using Tallystick.Metering.Meters;", "Metering")]
    [InlineData("Pricing/Rating/A.cs", "static Task<int> Rate() => null;", "tasks")]
    [InlineData("Pricing/Rating/Deep/A.cs", "Price(IClock clock);", "clock")]
    [InlineData("Pricing/Rating/A.cs", "var now = System.DateTime.UtcNow;", "clock")]
    public void Source_ForbiddenName_IsCaught(string path, string line, string named) =>
        Check(("src/" + path, line)).Single().Message.ShouldContain($"must not use {named}");

    [Theory]
    [InlineData("Foundation/Foundation.csproj", "<PackageReference Include=\"NodaTime\" />")]
    [InlineData("Pricing/Pricing.csproj", "<ProjectReference Include=\"../Metering/Metering.csproj\" />")]
    [InlineData("Pricing/Rating/A.cs", "using Tallystick.Foundation.Values; // unlike Tallystick.Metering")]
    [InlineData("Pricing/Rating/A.cs", "var text = \"a Task of Npgsql\";")]
    [InlineData("Pricing/Plans/A.cs", "Task<Meter> LoadAsync(IClock clock);")]
    [InlineData("Metering/A.cs", "var code = meter.Pricing.Code;")]
    public void Dependency_Allowed_Passes(string path, string line) => Check(("src/" + path, line)).ShouldBeEmpty();

    [Fact]
    public void Project_WithoutARow_IsCaught() =>
        Check(("src/Ledger/Ledger.csproj", "")).Single().Message.ShouldContain("has no row");

    [Fact]
    public void Row_WithoutAProject_IsCaught() =>
        DependencyRule.Check(FileTree.Of(
                (DependencyTable.Document, Table),
                ("src/Foundation/Foundation.csproj", ""),
                ("src/Metering/Metering.csproj", "")))
            .First().Message.ShouldContain("a row for Pricing");

    [Theory]
    [InlineData("# Architecture\n")]
    [InlineData("| family | a | b |\n|---|---|---|\n| x | | |\n\n| part | a | b |\n|---|---|---|\n| `A` | | y |\n")]
    public void Document_WithoutTheTablesOrWithAnUnknownFamily_IsCaught(string text) =>
        Should.Throw<FormatException>(() => DependencyTable.Parse(text));

    private static IEnumerable<Violation> Check((string Path, string Text) planted)
    {
        var projects = new[] { "Foundation", "Metering", "Pricing" }.Select(name => ($"src/{name}/{name}.csproj", ""));
        return DependencyRule.Check(FileTree.Of(
            [(DependencyTable.Document, Table), .. projects.Where(project => project.Item1 != planted.Path), planted]));
    }
}
