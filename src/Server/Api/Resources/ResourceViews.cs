using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>Writes responses with entities of kinds that show more than they store.</summary>
internal sealed class ResourceViews(ResourceService resources)
{
    private const string Additional = "additional";

    /// <summary>The parameter <c>additional</c>, for kinds that have additional values.</summary>
    internal static IReadOnlyList<ApiParameter> Parameters(ResourceDefinition definition) =>
        definition.Additional.Count == 0
            ? []
            :
            [
                new(Additional,
                    "Additional members to return, comma-separated or repeated: "
                        + $"{string.Join(", ", definition.Additional)}.",
                    new ListShape(new TextShape())),
            ];

    /// <summary>Writes a response with a changed entity.</summary>
    internal async Task AnswerAsync(ApiCall call, ResourceDefinition definition, Resource entity) =>
        await call.AnswerAsync((await ShowAsync(call, definition, [entity], []))[0]);

    /// <summary>The response for a stored entity.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> ShowAsync(
        ApiCall call, ResourceDefinition definition, ReadOnlyMemory<byte> stored) =>
        (await ShowAsync(call, definition, [stored]))[0];

    /// <summary>The responses for stored entities: the stored bytes if there is nothing to add.</summary>
    internal async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ShowAsync(
        ApiCall call, ResourceDefinition definition, IReadOnlyList<ReadOnlyMemory<byte>> stored) =>
        definition.IsShownWithMore
            ? await ShowAsync(
                call, definition, [.. stored.Select(json => definition.Read(json.Span))], Asked(call, definition))
            : stored;

    private async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> ShowAsync(
        ApiCall call,
        ResourceDefinition definition,
        IReadOnlyList<Resource> entities,
        IReadOnlyList<string> additional)
    {
        var view = new ResourceView(resources.Reader(call), additional);
        return [.. (await definition.ShowAsync(entities, view)).Select(
            entity => new ReadOnlyMemory<byte>(definition.Write(entity)))];
    }

    private static IReadOnlyList<string> Asked(ApiCall call, ResourceDefinition definition)
    {
        if (definition.Additional.Count == 0)
            return [];
        var asked = (QueryText.List(call.Http.Request, Additional) ?? []).Where(name => name.Length > 0).ToList();
        if (asked.FirstOrDefault(name => !definition.Additional.Contains(name)) is { } unknown)
            throw new RefusedException(new Issue("unknown_value", Additional,
                $"does not support '{unknown}'; allowed: {string.Join(", ", definition.Additional)}"));
        return asked;
    }
}
