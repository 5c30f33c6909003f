using System.Text.Json.Nodes;
using Tallystick.ClientGenerator;

// Writes the generated sources of the client: dotnet run --project tools/ClientGenerator -- <root of the repository>
var root = args is [var given] ? given : Directory.GetCurrentDirectory();
var document = JsonNode.Parse(File.ReadAllText(Path.Combine(root, "docs", "openapi.json")))!.AsObject();
var folder = Path.Combine(root, ClientSources.Folder);
var sources = ClientSources.Generate(document);
if (Directory.Exists(folder))
{
    foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
    {
        if (!sources.ContainsKey(Path.GetRelativePath(folder, file).Replace('\\', '/')))
            File.Delete(file);
    }
}
foreach (var (name, text) in sources)
{
    var path = Path.Combine(folder, name);
    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    if (!File.Exists(path) || File.ReadAllText(path) != text)
        File.WriteAllText(path, text);
}
Console.WriteLine($"{sources.Count} files in {folder}");
