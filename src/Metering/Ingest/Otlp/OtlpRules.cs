using System.Collections.Concurrent;
using Tallystick.Metering.Meters;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>Counts the changes of each organization's mappings and meters.</summary>
public sealed class OtlpMappingChanges : IChangeListener
{
    private readonly ConcurrentDictionary<string, long> _numbers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Changed(
        string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities)
    {
        if (entities.Any(entity => (entity.Before ?? entity.After) is OtlpMapping or Meter))
            _numbers.AddOrUpdate(organizationId, 1, (_, number) => number + 1);
    }

    /// <summary>The number of changes so far.</summary>
    internal long Of(string organizationId) => _numbers.GetValueOrDefault(organizationId);
}

/// <summary>The mappings of organizations, cached until one of them, or a meter, changes.</summary>
public sealed class OtlpRules(ResourceService resources, OtlpMappingChanges changes)
{
    private readonly ConcurrentDictionary<string, (long Changes, IReadOnlyList<OtlpRule> Rules)> _known =
        new(StringComparer.Ordinal);

    /// <summary>The mappings of a signal, in the order in which they are tried.</summary>
    internal async ValueTask<IReadOnlyList<OtlpRule>> FindAsync(
        string organizationId, OtlpSignal signal, CancellationToken cancellationToken)
    {
        var number = changes.Of(organizationId);
        if (!_known.TryGetValue(organizationId, out var known) || known.Changes != number)
        {
            known = (number, await ReadAsync(resources.Reader(organizationId, cancellationToken)));
            _known[organizationId] = known;
        }
        return [.. known.Rules.Where(rule => rule.Signal == signal)];
    }

    private static async ValueTask<IReadOnlyList<OtlpRule>> ReadAsync(ResourceReader related)
    {
        // In order of creation, which the sort by position keeps.
        var mappings = await related.PageAsync<OtlpMapping>(
            null, OtlpMappingRules.MaximumPerSignal * Enum.GetValues<OtlpSignal>().Length, after: 0);
        var rules = new List<OtlpRule>();
        foreach (var (mapping, _) in mappings.OrderBy(mapping => mapping.Entity.Ordinal ?? 0))
        {
            if (await related.FindAsync<Meter>(mapping.MeterId) is { } meter)
                rules.Add(new OtlpRule(mapping, meter));
        }
        return rules;
    }
}
