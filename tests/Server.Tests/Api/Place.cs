using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Server.Tests.Api;

/// <summary>A place in the body of a request, and the shape that its value must have.</summary>
/// <param name="Steps">Names of members and indexes of lists that lead to it.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record Place(IReadOnlyList<object> Steps, JsonShape Shape)
{
    /// <summary>As refusals name it, such as <c>pricingBands[0].unitPrice</c>.</summary>
    internal string Path => string.Concat(Steps.Select((step, index) =>
        step is int number ? $"[{number}]" : index == 0 ? $"{step}" : $".{step}"));

    /// <summary>The place of a text at a path, such as <c>dimensions[0].meterId</c>.</summary>
    internal static Place At(string path) => new(
        [
            .. path.Split('.', '[').Select(step => step.EndsWith(']')
                ? int.Parse(step[..^1], System.Globalization.CultureInfo.InvariantCulture) : (object)step),
        ],
        new TextShape());

    /// <summary>All places that a request can fill; of lists, the first entry.</summary>
    internal static IEnumerable<Place> Of(ResourceDefinition definition) =>
        Within(definition.Shape, []).Where(place => place.Path != "version");

    internal JsonNode? Read(JsonObject body) =>
        Steps.Aggregate((JsonNode?)body, (node, step) => step switch
        {
            int index => node is JsonArray list && index < list.Count ? list[index] : null,
            _ => node?[(string)step],
        });

    /// <summary>A copy of the body with another value here.</summary>
    internal JsonObject With(JsonObject body, JsonNode? value)
    {
        var copy = body.DeepClone().AsObject();
        var parent = (this with { Steps = [.. Steps.SkipLast(1)] }).Read(copy)!;
        if (Steps[^1] is int index)
            parent[index] = value;
        else
            parent[(string)Steps[^1]] = value;
        return copy;
    }

    private static IEnumerable<Place> Within(JsonShape shape, IReadOnlyList<object> steps)
    {
        if (steps.Count > 0)
            yield return new Place(steps, shape);
        var inner = shape switch
        {
            ObjectShape parent => parent.Members.Where(member => !member.IsServerSet)
                .SelectMany(member => Within(member.Shape, [.. steps, member.Name])),
            ListShape list => Within(list.Item, [.. steps, 0]),
            _ => [],
        };
        foreach (var place in inner)
            yield return place;
    }
}
