using System.Text.Json.Nodes;

namespace Tallystick.ClientGenerator;

/// <summary>The sources that are generated from the API document.</summary>
internal static class ClientSources
{
    /// <summary>Where they are, below the root of the repository.</summary>
    internal const string Folder = "src/Client/Generated";

    /// <summary>All files, by path below <see cref="Folder"/>.</summary>
    internal static SortedDictionary<string, string> Generate(JsonObject document)
    {
        var types = new TypeCatalog(document);
        var resources = Operations.Of(document, types)
            .GroupBy(operation => operation.Resource, StringComparer.Ordinal)
            .OrderBy(resource => resource.Key, StringComparer.Ordinal)
            .ToList();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in resources)
        {
            var operations = resource.Where(one => !MethodNames.IsWrittenByHand(one.Id)).ToList();
            foreach (var (name, text) in ResourceWriter.Write(resource.Key, operations))
                files[$"Resources/{name}.cs"] = text;
        }
        foreach (var record in types.Records)
            files[$"Records/{record.Name}.cs"] = RecordWriter.Write(record);
        foreach (var choice in types.Choices)
            files[$"Choices/{choice.Name}.cs"] = ChoiceWriter.Write(choice);
        files["TallystickClient.cs"] = ResourceWriter.WriteClient([.. resources.Select(resource => resource.Key)]);
        return files;
    }
}
