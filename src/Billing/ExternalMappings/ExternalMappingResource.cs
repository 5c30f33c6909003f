using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.ExternalMappings;

/// <summary>The definition of external mappings.</summary>
public static class ExternalMappingResource
{
    private const int MaxLength = 255;

    /// <summary>The definition.</summary>
    public static ResourceDefinition<ExternalMapping> Definition { get; } =
        new("ExternalMapping", "externalmappings", () => BillingJson.Format.ExternalMapping)
        {
            Tag = "External Mapping",
            OwnerColumn = "entity_id",
            Subject = mapping => ("m3terId", mapping.M3terEntity, mapping.M3terId),
            HasIdsFilter = false,
            MaximumPageSize = 200,
            IndexedBy =
            [
                new("entity_kind", mapping => mapping.M3terEntity) { HasFewValues = true },
                new("entity_id", mapping => mapping.M3terId),
                new("external_system", mapping => mapping.ExternalSystem) { HasFewValues = true },
                new("external_table", mapping => mapping.ExternalTable) { HasFewValues = true },
                new("external_id", mapping => mapping.ExternalId),
                new("integration_config_id", mapping => mapping.IntegrationConfigId),
            ],
            Filters =
            [
                ListFilter.One("externalSystemId", "external_system", "Only mappings to the external system with this "
                    + "name."),
                ListFilter.Many("m3terIds", "entity_id", "Only mappings of the entities with these UUIDs."),
                ListFilter.One("integrationConfigId", "integration_config_id",
                    "Only mappings for this integration configuration."),
            ],
            NotYet =
            [
                new("integrationConfigId", "integration configurations",
                    mapping => mapping.IntegrationConfigId is not null),
            ],
            Complete = (mapping, _, _) => ValueTask.FromResult(
                // Clients send an unused reference as an empty string.
                mapping.IntegrationConfigId is "" ? mapping with { IntegrationConfigId = null } : mapping),
            Check = Check,
            CheckAgainst = CheckAgainstAsync,
        };

    // The API contract sets no limit, but each of these fields is indexed, and index keys have limited length.
    private static void Check(ExternalMapping mapping, Issues issues)
    {
        Limit(mapping.M3terEntity, "m3terEntity");
        Limit(mapping.M3terId, "m3terId");
        Limit(mapping.ExternalSystem, "externalSystem");
        Limit(mapping.ExternalTable, "externalTable");
        Limit(mapping.ExternalId, "externalId");

        void Limit(string text, string path)
        {
            if (TextLength.Of(text) > MaxLength)
                issues.Add("length", path, $"must have at most {MaxLength} characters");
        }
    }

    private static async ValueTask CheckAgainstAsync(
        ExternalMapping mapping, ExternalMapping? current, IResourceReader related, Issues issues)
    {
        var same = await related.ListAsync<ExternalMapping>(Condition.And(
            Condition.Equal("entity_kind", mapping.M3terEntity),
            Condition.Equal("entity_id", mapping.M3terId),
            Condition.Equal("external_system", mapping.ExternalSystem),
            Condition.Equal("external_table", mapping.ExternalTable),
            Condition.Equal("external_id", mapping.ExternalId)));
        if (same.FirstOrDefault(other => other.Id != current?.Id) is { } other)
            issues.Add("duplicate", "externalId", $"is already mapped to the entity by the mapping '{other.Id}'");
    }
}
