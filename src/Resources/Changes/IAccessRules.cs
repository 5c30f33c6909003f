using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Changes;

/// <summary>Weighs changes of who may do what. The unit of work asks it; the rules are those of access.</summary>
public interface IAccessRules
{
    /// <summary>Waits until no other change of access in the organization runs; disposing ends the turn.</summary>
    ValueTask<IDisposable> TakeTurnAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Watches one change within its transaction.</summary>
    /// <param name="readerOf">Reads, within the change, the entities of an organization or of the installation.</param>
    /// <param name="organizationId">UUID of the organization whose access changes.</param>
    /// <param name="principal">Who makes the change, as in audit fields.</param>
    /// <param name="now">The time of the change.</param>
    IAccessWatch Watch(
        Func<string, IResourceReader> readerOf, string organizationId, string principal, Instant now);
}

/// <summary>Watches one change of who may do what.</summary>
public interface IAccessWatch
{
    /// <summary>Takes notice of a write that may take access, before it is done.</summary>
    ValueTask BeforeAsync(Resource? current, Resource? proposed);

    /// <summary>Refuses the change, once it is written, for what it takes.</summary>
    /// <exception cref="ForbiddenException">It takes what the caller does not have.</exception>
    /// <exception cref="RefusedException">Nobody would be left who can do everything.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Which entities the caller of a change may name, and change along with others.</summary>
public interface IVisibility
{
    /// <summary>True when the caller may retrieve an entity.</summary>
    bool MayRetrieve(ResourceDefinition definition, string id);

    /// <summary>True when the caller may update an entity.</summary>
    bool MayUpdate(ResourceDefinition definition, string id);

    /// <summary>Adds an issue when the caller may not retrieve an entity that a request names.</summary>
    /// <param name="target">The kind of the entity.</param>
    /// <param name="path">The member that names it.</param>
    /// <param name="value">What it is called there.</param>
    /// <param name="id">Its id.</param>
    /// <param name="issues">Where the fault goes.</param>
    /// <exception cref="ForbiddenException">The caller may retrieve none of the kind.</exception>
    void Check(ResourceDefinition target, string path, string value, string id, Issues issues);
}
