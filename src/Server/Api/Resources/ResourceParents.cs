using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>Checks of kinds whose paths are below a parent: both entities must exist and belong together.</summary>
internal sealed class ResourceParents(ResourceService resources)
{
    /// <summary>The condition for entities within the parent in the path; null for kinds without a parent.</summary>
    /// <exception cref="NotFoundException">There is no such parent.</exception>
    internal async ValueTask<Condition?> ConditionAsync(ApiCall call, ResourceDefinition definition)
    {
        await RequireParentAsync(call, definition);
        return definition.ParentTarget is { } parent
            ? Condition.Equal(parent.Column, call.Route(parent.Parameter)) : null;
    }

    /// <summary>Requires that the parent in the path exists.</summary>
    /// <exception cref="NotFoundException">The parent does not exist.</exception>
    internal async ValueTask RequireParentAsync(ApiCall call, ResourceDefinition definition)
    {
        if (definition.ParentTarget is { } parent)
            await resources.FindJsonAsync(call, AllKinds.Catalog.Of(parent.Kind), call.Route(parent.Parameter));
    }

    /// <summary>Requires that the entity in the path belongs to the parent in the path.</summary>
    /// <exception cref="NotFoundException">The parent has no such entity.</exception>
    internal async ValueTask RequireAsync(ApiCall call, ResourceDefinition definition)
    {
        if (definition.ParentTarget is not { } parent)
            return;
        var id = call.Route("id");
        var within = Condition.And(
            Condition.Equal("id", id), Condition.Equal(parent.Column, call.Route(parent.Parameter)));
        if ((await resources.Reader(call).ListAsync(definition, within, limit: 1)).Count == 0)
            throw ResourceService.NotFound(definition, id);
    }
}
