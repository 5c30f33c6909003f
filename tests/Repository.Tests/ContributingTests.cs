using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tallystick.Repository.Tests;

/// <summary>What the guide for contributors shows is code that compiles.</summary>
public sealed partial class ContributingTests
{
    // What the guide tells to add to files that exist, and what every project has.
    private const string Around = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading.Tasks;

        namespace Tallystick.Metering
        {
            internal sealed class MeteringJson
            {
                internal static MeteringJson Format { get; } = new();

                internal System.Text.Json.Serialization.Metadata.JsonTypeInfo<Suppliers.Supplier> Supplier =>
                    throw new NotSupportedException();
            }
        }
        """;

    [Fact]
    public void Resource_OfTheGuide_Compiles()
    {
        var token = TestContext.Current.CancellationToken;
        var guide = File.ReadAllText(Path.Combine(Testing.Repository.Root, "CONTRIBUTING.md"));
        var code = CodeBlock().Matches(guide).Select(block => block.Groups[1].Value)
            .Where(block => block.Contains("namespace Tallystick.", StringComparison.Ordinal)).ToList();
        code.Count.ShouldBe(3);
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

        var compilation = CSharpCompilation.Create(
            "Guide",
            code.Append(Around).Select(text => CSharpSyntaxTree.ParseText(text, cancellationToken: token)),
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        compilation.GetDiagnostics(token).Where(found => found.Severity == DiagnosticSeverity.Error)
            .Select(found => found.ToString()).ShouldBeEmpty();
    }

    [GeneratedRegex("^```csharp\\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
