using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tallystick.Server.OpenApi;

/// <summary>The documentation comments of our types, which the API document contains as descriptions.</summary>
internal sealed partial class TypeDocumentation
{
    private readonly Dictionary<string, string> _summaries = new(StringComparer.Ordinal);

    /// <summary>Reads the documentation files that the compiler writes next to our assemblies.</summary>
    internal static TypeDocumentation Read(string directory)
    {
        var documentation = new TypeDocumentation();
        foreach (var file in Directory.EnumerateFiles(directory, "Tallystick.*.xml").Order(StringComparer.Ordinal))
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                if (member.Attribute("name")?.Value is { } name && member.Element("summary") is { } summary)
                    documentation._summaries[name] = Markdown(summary);
            }
        }
        return documentation;
    }

    /// <summary>The summary of a type, or null.</summary>
    internal string? Of(Type type) => _summaries.GetValueOrDefault($"T:{type.FullName}");

    /// <summary>The summary of a property, or null.</summary>
    internal string? Of(PropertyInfo property) =>
        _summaries.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Markdown(XElement summary)
    {
        var text = string.Concat(summary.Nodes().Select(node => node switch
        {
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement { Name.LocalName: "see" } see => $"`{MemberName(see)}`",
            XElement other => other.Value,
            _ => node.ToString(),
        }));
        return Blanks().Replace(System.Net.WebUtility.HtmlDecode(text), " ").Trim();
    }

    // Customers know members by their JSON names.
    private static string MemberName(XElement see)
    {
        var name = see.Attribute("cref")?.Value.Split('.')[^1] ?? see.Value;
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
