using System.Collections.Concurrent;

namespace Tallystick.Server.Resources;

/// <summary>Tells which configuration has changed, so that what was read before can be read again.</summary>
internal sealed class ChangeFeed
{
    private readonly ConcurrentDictionary<(string OrganizationId, string Kind), long> _generations = new();
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);

    /// <summary>Grows with each change of the kind in the organization.</summary>
    internal long Generation(string organizationId, string kind) =>
        _generations.GetValueOrDefault((organizationId, kind));

    /// <summary>Grows with each change in the organization.</summary>
    internal long Generation(string organizationId) => _totals.GetValueOrDefault(organizationId);

    /// <summary>A change of the kind is committed.</summary>
    internal void Publish(string organizationId, string kind)
    {
        _generations.AddOrUpdate((organizationId, kind), 1, (_, generation) => generation + 1);
        _totals.AddOrUpdate(organizationId, 1, (_, generation) => generation + 1);
    }
}
