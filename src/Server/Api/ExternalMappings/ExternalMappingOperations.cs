using System.Text;
using Tallystick.Access.Permissions;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.ExternalMappings;

/// <summary>
/// Finds mappings by entity or by external entity, and lists what integrations can map to. There are no integrations
/// yet, so those lists are empty.
/// </summary>
internal sealed class ExternalMappingOperations(ResourceLists lists)
{
    private const string Root = "/organizations/{orgId}/";
    private const string Tag = "External Mapping";
    private static readonly ResourceDefinition<ExternalMapping> Definition = ExternalMappingResource.Definition;

    private static readonly ApiSchema Configuration = new(
        "ExternalMappingConfigurationResponse", JsonShapes.Of(typeof(ExternalMappingConfiguration)));

    private static readonly ApiSchema Values =
        new("ExternalEntityResponse", JsonShapes.Of(typeof(ExternalEntity))) { IsList = true };

    private static readonly ApiParameter Table =
        new("externalTable", "Name of the table in the external system.", new TextShape());

    private static Permission Reading =>
        Permission.On(PermissionAction.ConfigRetrieve, Permission.Config(Definition.Kind));

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        Find("external/{entity}/{m3terId}", "ListExternalMappingsForM3terEntity", "List the mappings of an entity",
            call => Condition.And(
                Condition.Equal("entity_kind", call.Route("entity")),
                Condition.Equal("entity_id", call.Route("m3terId")),
                IsVisible(call) ? Condition.And() : new Condition.In("id", []))),
        Find("externalid/{system}/{externalTable}/{externalId}", "ListExternalMappingsForExternalSystemAndEntity",
            "List the mappings to an entity of an external system",
            call => Condition.And(
                Condition.Equal("external_system", call.Route("system")),
                Condition.Equal("external_table", call.Route("externalTable")),
                Condition.Equal("external_id", call.Route("externalId")))),
        new("GET", Root + "externalmappingconfiguration", "GetExternalMappingConfiguration", Tag,
            "Retrieve the external mapping configuration", Configuration,
            Answer("""{"m3terEntities":[],"externalSystems":[]}"""))
        {
            Permission = Reading,
        },
        Offer("values/{destination}/{entityType}", "GetExternalMappingOptionsForDestination"),
        Offer("values/{destination}/{entityType}/{integrationCredentialsId}",
            "GetExternalMappingOptionsForDestinationForCredentialsId"),
    ];

    private static bool IsVisible(ApiCall call) =>
        AllKinds.Catalog.All.FirstOrDefault(definition => string.Equals(
            definition.Kind, call.Route("entity"), StringComparison.OrdinalIgnoreCase)) is not { } kind
        || call.Grants.Of(EntityPermissions.Retrieve(kind)).Holds(call.Route("m3terId"));

    private static ApiOperation Find(string path, string id, string summary, Func<ApiCall, Condition> within) =>
        new("GET", $"{Root}externalmappings/{path}", id, Tag, summary, ResourceOperations.Page(Definition),
            Run.By<ExternalMappingOperations>(o => call => o.ListAsync(call, within(call))))
        {
            Permission = Reading.Visible(),
            Parameters = ResourceOperations.PageParameters(Definition.MaximumPageSize),
        };

    private Task ListAsync(ApiCall call, Condition within) => lists.AnswerAsync(call, Definition, within);

    private static Run Answer(string json) => Run.By<ExternalMappingOperations>(
        _ => call => call.AnswerAsync(Encoding.UTF8.GetBytes(json)));

    private static ApiOperation Offer(string path, string id) =>
        new("GET", $"{Root}externalmappingconfiguration/{path}", id, Tag,
            "List the entities of an external system", Values,
            Answer("[]"))
        {
            Permission = Reading,
            Parameters = [Table],
            Description = "Returns an empty list for a system without a connected integration.",
        };
}

/// <summary>The kinds of entities and external systems that can be mapped.</summary>
internal sealed record ExternalMappingConfiguration
{
    /// <summary>Kinds of entities that can be mapped.</summary>
    [StatedInAnswers]
    public required IReadOnlyList<string> M3terEntities { get; init; }

    /// <summary>External systems.</summary>
    [StatedInAnswers]
    public required IReadOnlyList<ExternalSystem> ExternalSystems { get; init; }
}

/// <summary>An external system.</summary>
internal sealed record ExternalSystem
{
    /// <summary>Its name.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>Tables that mappings can use.</summary>
    public IReadOnlyList<string>? Tables { get; init; }

    /// <summary>Whether mappings can use other tables.</summary>
    public bool? AllowCustomExternalTables { get; init; }
}

/// <summary>An entity of an external system.</summary>
internal sealed record ExternalEntity
{
    /// <summary>Id of the entity in the external system.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Name of the entity in the external system.</summary>
    public string? ExternalName { get; init; }
}
