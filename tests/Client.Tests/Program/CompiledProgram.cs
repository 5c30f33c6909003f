using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tallystick.Testing;

namespace Tallystick.Client.Tests.Program;

/// <summary>A program of a customer: compiled against the client, and run in a process of its own.</summary>
internal sealed class CompiledProgram : IDisposable
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly TemporaryDirectory _directory = new();

    private string Assembly => _directory.File("Program.dll");

    /// <summary>Compiles a program of top-level statements.</summary>
    internal static CompiledProgram Of(string code)
    {
        var program = new CompiledProgram();
        var assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Program",
            new[] { code, Usings }.Select(text => CSharpSyntaxTree.ParseText(text)),
            assemblies.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        compilation.Emit(program.Assembly).Diagnostics
            .Where(found => found.Severity >= DiagnosticSeverity.Warning).Select(found => found.ToString())
            .ShouldBeEmpty();
        var version = Environment.Version.ToString();
        File.WriteAllText(program._directory.File("Program.runtimeconfig.json"), $$"""
            {
              "runtimeOptions": {
                "tfm": "net10.0",
                "framework": { "name": "Microsoft.NETCore.App", "version": "{{version}}" }
              }
            }
            """);
        foreach (var needed in new[]
        {
            typeof(TallystickClient),
            typeof(Microsoft.Extensions.DependencyInjection.IServiceCollection),
        })
        {
            var path = needed.Assembly.Location;
            File.Copy(path, program._directory.File(Path.GetFileName(path)));
        }
        return program;
    }

    internal Process Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _directory.Path,
        };
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        return Process.Start(info)!;
    }

    /// <summary>Runs it to its end.</summary>
    /// <returns>What it printed.</returns>
    internal async Task<string> RunAsync(IReadOnlyDictionary<string, string> environment)
    {
        using var process = Start(environment);
        var faults = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await faults);
        return output;
    }

    public void Dispose() => _directory.Dispose();
}
