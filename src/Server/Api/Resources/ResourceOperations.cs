using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>The operations that every kind of resource has.</summary>
internal sealed class ResourceOperations(
    ResourceService resources, ResourceLists lists, ResourceSearches searches, ResourceParents parents,
    ResourceViews views)
{
    private const string Root = "/organizations/{orgId}/";

    /// <summary>The operations of a definition.</summary>
    internal static IEnumerable<ApiOperation> Of(ResourceDefinition definition)
    {
        if (definition.IsInternal)
            yield break;
        if (!definition.IsSingleton)
        {
            yield return List(definition);
            yield return Create(definition);
        }
        yield return Retrieve(definition);
        yield return Update(definition);
        if (!definition.IsSingleton)
            yield return Delete(definition, By(o => call => o.DeleteAsync(call, definition)));
        if (definition.Search.Count > 0)
            yield return Search(definition);
    }

    /// <summary>The operation that lists entities.</summary>
    internal static ApiOperation List(ResourceDefinition definition) => new(
        "GET", Root + definition.Path, OperationIds.List(definition), definition.Tag, $"List {definition.PluralWords}",
        Page(definition), By(o => call => o.ListAsync(call, definition)))
    {
        Parameters = ListParameters(definition),
        Permission = Needs(definition, PermissionAction.ConfigRetrieve).Visible(),
        AlsoNeeds = OfParent(definition),
        Description = "Newest first.",
    };

    /// <summary>The operation that creates an entity.</summary>
    internal static ApiOperation Create(ResourceDefinition definition) => new(
        "POST", Root + definition.Path, OperationIds.Create(definition), definition.Tag, $"Create {A(definition)}",
        Answer(definition), By(o => call => o.PostAsync(call, definition)))
    {
        Body = Request(definition),
        Permission = Needs(definition, PermissionAction.ConfigCreate),
        AlsoNeeds = [.. OfParent(definition), .. PermissionsOfEffects(definition)],
    };

    /// <summary>The operation that retrieves an entity.</summary>
    internal static ApiOperation Retrieve(ResourceDefinition definition) => new(
        "GET", One(definition), $"Get{definition.Kind}", definition.Tag, $"Retrieve {A(definition)}",
        Answer(definition), By(o => call => o.GetAsync(call, definition)))
    {
        Parameters = ResourceViews.Parameters(definition),
        Permission = NeedsOfOne(definition, PermissionAction.ConfigRetrieve),
        AlsoNeeds = OfParent(definition),
    };

    /// <summary>The operation that replaces an entity.</summary>
    internal static ApiOperation Update(ResourceDefinition definition) => new(
        "PUT", One(definition), OperationIds.Update(definition), definition.Tag, $"Update {A(definition)}",
        Answer(definition), By(o => call => o.PutAsync(call, definition)))
    {
        Body = Request(definition),
        Permission = NeedsOfOne(definition, PermissionAction.ConfigUpdate),
        AlsoNeeds = [.. OfParent(definition), .. PermissionsOfEffects(definition)],
        Description = """
            Replaces the whole entity: members that the request omits are cleared. `version` must match the stored
            version.
            """,
    };

    /// <summary>The operation that deletes an entity.</summary>
    internal static ApiOperation Delete(ResourceDefinition definition, Run handle) => new(
        "DELETE", One(definition), $"Delete{definition.Kind}", definition.Tag, $"Delete {A(definition)}",
        Answer(definition), handle)
    {
        Permission = NeedsOfOne(definition, PermissionAction.ConfigDelete),
        AlsoNeeds = [.. OfParent(definition), .. PartsOf(definition).Select(EntityPermissions.Delete)],
        Description = "Returns the deleted entity. Returns 409 while another entity refers to it.",
    };

    private static ApiOperation Search(ResourceDefinition definition) => new(
        "GET", $"{Root}{definition.Path}/search", $"Search{definition.Plural}", definition.Tag,
        $"Search {definition.PluralWords}", Page(definition), By(o => call => o.SearchAsync(call, definition)))
    {
        Parameters = ResourceSearches.Parameters(definition),
        Permission = Needs(definition, PermissionAction.ConfigRetrieve).Visible(),
    };

    private static Run By(Func<ResourceOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private static Permission Needs(ResourceDefinition definition, PermissionAction action) =>
        Permission.On(action, Permission.Config(definition.Kind));

    // A caller must be permitted to retrieve the parent of the entity.
    private static IReadOnlyList<Permission> OfParent(ResourceDefinition definition) =>
        definition.ParentTarget is { } parent
            ? [EntityPermissions.Retrieve(AllKinds.Catalog.Of(parent.Kind)).Item(parent.Parameter)] : [];

    // The kinds, at all levels, that are deleted with an entity and have their own permissions.
    private static IEnumerable<ResourceDefinition> PartsOf(ResourceDefinition definition) =>
        definition.Parts.Select(part => AllKinds.Catalog.Of(part.Kind))
            .SelectMany(part => PartsOf(part).Prepend(part))
            .Where(part => EntityPermissions.Delete(part).Name != EntityPermissions.Delete(definition).Name)
            .DistinctBy(part => EntityPermissions.Delete(part).Name);

    private static Permission NeedsOfOne(ResourceDefinition definition, PermissionAction action) =>
        definition.IsSingleton ? Needs(definition, action) : Needs(definition, action).Item();

    private static string One(ResourceDefinition definition) =>
        Root + definition.Path + (definition.IsSingleton ? "" : "/{id}");

    /// <summary>The parameters of every list.</summary>
    internal static IReadOnlyList<ApiParameter> PageParameters(int maximum) =>
    [
        new("pageSize", $"Maximum number of entities to return. Default: {maximum}.", new NumberShape(
            32, AtLeast: 1, AtMost: maximum)),
        new("nextToken", "The `nextToken` of the previous page. Omit for the first page.", new TextShape()),
    ];

    /// <summary>The parameters of the list of a kind.</summary>
    internal static IReadOnlyList<ApiParameter> ListParameters(ResourceDefinition definition) =>
    [
        .. PageParameters(definition.MaximumPageSize),
        .. definition.Filters.Select(Parameter).OfType<ApiParameter>(),
        .. definition.SortedBy is { } column ? [SortOrder(column)] : Array.Empty<ApiParameter>(),
        .. definition.HasIdsFilter ? [Ids] : Array.Empty<ApiParameter>(),
        .. ResourceViews.Parameters(definition),
    ];

    private static ApiParameter SortOrder(string column) => new(
        "sortOrder", $"ASC or DESC sorts by {column.Replace('_', ' ')}. Default: newest first.", new TextShape());

    private static ApiParameter Ids { get; } =
        new("ids", "Only entities with these UUIDs, at most 200.", new ListShape(new TextShape()));

    private static ApiParameter? Parameter(ListFilter filter) => filter switch
    {
        ListFilter.ByColumn column => new ApiParameter(
            column.Parameter, column.Description, column.Kind == FilterKind.Many
                ? new ListShape(column.Shape) : column.Shape),
        ListFilter.Part part => new ApiParameter(part.Parameter, part.Description, part.Shape),
        _ => null,
    };

    private static ApiSchema Request(ResourceDefinition definition) =>
        new($"{definition.Kind}Request", definition.Shape) { IsRequest = true };

    private static ApiSchema Answer(ResourceDefinition definition) => new(
        $"{definition.Kind}Response",
        definition.DescribesAudit
            ? definition.Shape
            : definition.Shape with
            {
                Members = [.. definition.Shape.Members.Where(
                    member => member.Name == "id" || member.Property?.DeclaringType != typeof(Resource)
                        || !member.IsServerSet)],
            });

    /// <summary>The schema of a page of a kind.</summary>
    internal static ApiSchema Page(ResourceDefinition definition) => Answer(definition) with { IsPage = true };

    // By sound: the kinds with a "u" begin with "usage" and "user".
    private static string A(ResourceDefinition definition) =>
        (definition.IsSingleton ? "the " : definition.Words[0] is 'a' or 'e' or 'i' or 'o' ? "an " : "a ")
        + definition.Words;

    // The id of a singleton is that of its organization.
    private static string IdOf(ApiCall call, ResourceDefinition definition) =>
        definition.IsSingleton ? call.OrganizationId : call.Route("id");

    private static IEnumerable<Permission> PermissionsOfEffects(ResourceDefinition definition) =>
        definition.Effects.Select(effect => effect.UpdatedItem is { } item
            ? EntityPermissions.Update(AllKinds.Catalog.Of(effect.Kind)).Item(item)
            : EntityPermissions.Create(AllKinds.Catalog.Of(effect.Kind)));

    private async Task ListAsync(ApiCall call, ResourceDefinition definition) =>
        await lists.AnswerAsync(call, definition, await parents.ConditionAsync(call, definition));

    private Task SearchAsync(ApiCall call, ResourceDefinition definition) => searches.AnswerAsync(call, definition);

    private async Task GetAsync(ApiCall call, ResourceDefinition definition)
    {
        await parents.RequireAsync(call, definition);
        if (definition.IsCreatedOnAccess)
            await resources.EnsureAsync(definition, call.OrganizationId, call.Cancelled);
        var stored = await resources.FindJsonAsync(call, definition, IdOf(call, definition));
        await call.AnswerAsync(await views.ShowAsync(call, definition, stored));
    }

    private async Task PostAsync(ApiCall call, ResourceDefinition definition)
    {
        await parents.RequireParentAsync(call, definition);
        var proposed = await resources.ReadProposedAsync(call, definition);
        await GrantRules.CheckAsync(resources.Granting(call), proposed);
        var created = await resources.CreateAsync(
            definition, call.OrganizationId, call.Caller.AuditName, proposed, call.Cancelled, caller: call.Grants);
        await views.AnswerAsync(call, definition, created);
    }

    private async Task PutAsync(ApiCall call, ResourceDefinition definition)
    {
        await parents.RequireAsync(call, definition);
        var proposed = await resources.ReadProposedAsync(call, definition);
        await GrantRules.CheckAsync(resources.Granting(call), proposed);
        if (definition.IsCreatedOnAccess)
            await resources.EnsureAsync(definition, call.OrganizationId, call.Cancelled);
        var updated = await resources.UpdateAsync(
            definition, call.OrganizationId, call.Caller.AuditName, IdOf(call, definition), proposed, call.Cancelled,
            call.Grants);
        await views.AnswerAsync(call, definition, updated);
    }

    private async Task DeleteAsync(ApiCall call, ResourceDefinition definition)
    {
        await parents.RequireAsync(call, definition);
        await RequirePartsAsync(call, definition);
        var deleted = await resources.DeleteAsync(
            definition, call.OrganizationId, call.Caller.AuditName, IdOf(call, definition), call.Cancelled);
        await views.AnswerAsync(call, definition, deleted);
    }

    // The caller may not be permitted to delete some of the entities that are deleted with the entity.
    private async ValueTask RequirePartsAsync(ApiCall call, ResourceDefinition definition)
    {
        foreach (var part in definition.Parts)
        {
            var kind = AllKinds.Catalog.Of(part.Kind);
            var denied = call.Grants.Of(EntityPermissions.Delete(kind)).Denied;
            if (denied.Count == 0 || kind.PermittedBy is not null)
                continue;
            var related = resources.Reader(call);
            foreach (var entity in await related.ListAsync(
                kind, Condition.And(Condition.Equal(part.Column, IdOf(call, definition)),
                    new Condition.In("id", [.. denied]))))
                EntityPermissions.Demand(call.Grants, EntityPermissions.Delete(kind), entity.Id);
        }
    }
}
