using System.Reflection;
using System.Text.Json.Nodes;
using Tallystick.ClientGenerator;

namespace Tallystick.Client.Tests.Document;

/// <summary>The client is that of the API document.</summary>
public sealed class GeneratedSourcesTests
{
    private static readonly JsonObject Api = JsonNode.Parse(
        File.ReadAllText(Path.Combine(Testing.Repository.Root, "docs", "openapi.json")))!.AsObject();

    [Fact]
    public void GeneratedSources_OfTheDocument_AreThoseCommitted()
    {
        var folder = Path.Combine(Testing.Repository.Root, ClientSources.Folder);
        var committed = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path).Replace('\\', '/'), File.ReadAllText);

        var generated = ClientSources.Generate(Api);

        const string How = "Run 'dotnet run -c Release --project tools/ClientGenerator' and commit what it writes.";
        committed.Keys.Order(StringComparer.Ordinal).ShouldBe(generated.Keys, ignoreOrder: false, How);
        foreach (var (name, text) in generated)
            (committed[name] == text).ShouldBeTrue($"{name}: {How}");
    }

    [Fact]
    public void Operations_OfTheDocument_EachHaveAMethod()
    {
        var documented = Api["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => (string?)operation.Value?["operationId"]).OfType<string>()
            .Order(StringComparer.Ordinal).ToList();

        var called = typeof(TallystickClient).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<ApiOperationAttribute>()?.OperationId).OfType<string>()
            .Distinct().Order(StringComparer.Ordinal).ToList();

        documented.Count.ShouldBeGreaterThan(300);
        called.ShouldBe(documented);
    }

    [Fact]
    public void Resources_OfTheClient_EachHaveAProperty()
    {
        var classes = typeof(TallystickClient).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Client", StringComparison.Ordinal) && type != typeof(TallystickClient))
            .Select(type => type.Name).Order(StringComparer.Ordinal);

        var properties = typeof(TallystickClient).GetProperties().Select(property => property.PropertyType.Name)
            .Where(name => name.EndsWith("Client", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

        properties.ShouldBe(classes);
    }
}
