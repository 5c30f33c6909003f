using System.Collections.Frozen;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Definitions;

/// <summary>The kinds of resources of a product, and how they refer to each other.</summary>
public sealed class ResourceCatalog
{
    private readonly FrozenDictionary<Type, ResourceDefinition> _byModel;
    private readonly FrozenDictionary<string, ResourceDefinition> _byKind;
    private readonly ILookup<string, (ResourceDefinition Definition, ReferenceTarget Reference)> _referrers;

    /// <summary>The catalog of the given kinds.</summary>
    /// <param name="definitions">The definitions, in the order of the API document.</param>
    public ResourceCatalog(IReadOnlyList<ResourceDefinition> definitions)
    {
        All = definitions;
        Dependents = [.. definitions.Where(definition => definition.OwnerColumn is not null)];
        _byModel = definitions.ToFrozenDictionary(definition => definition.Model);
        _byKind = definitions.ToFrozenDictionary(definition => definition.Kind, StringComparer.Ordinal);
        _referrers = definitions
            .SelectMany(definition => definition.References, (definition, reference) => (definition, reference))
            .ToLookup(pair => pair.reference.Kind, StringComparer.Ordinal);
    }

    /// <summary>The definitions, in the order of the API document.</summary>
    public IReadOnlyList<ResourceDefinition> All { get; }

    /// <summary>The kinds whose entities are removed with the entity they are about, whatever its kind.</summary>
    public IReadOnlyList<ResourceDefinition> Dependents { get; }

    /// <summary>The document kinds that the store must have.</summary>
    public IEnumerable<DocumentKind> DocumentKinds => All.Select(definition => definition.DocumentKind);

    /// <summary>The definition of a model.</summary>
    public ResourceDefinition Of<T>() where T : Resource => _byModel[typeof(T)];

    /// <summary>The definition of a kind.</summary>
    public ResourceDefinition Of(string kind) => _byKind[kind];

    /// <summary>The definition of a kind, case-insensitive; null if there is none.</summary>
    public ResourceDefinition? Find(string kind) => All.FirstOrDefault(
        definition => string.Equals(definition.Kind, kind, StringComparison.OrdinalIgnoreCase));

    /// <summary>The references to entities of the kind, with the referring kinds.</summary>
    public IEnumerable<(ResourceDefinition Definition, ReferenceTarget Reference)> ReferrersOf(string kind) =>
        _referrers[kind];
}
