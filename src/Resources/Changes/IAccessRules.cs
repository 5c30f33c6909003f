using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Changes;

/// <summary>Checks changes of permissions. Called by the unit of work and implemented by Access.</summary>
public interface IAccessRules
{
    /// <summary>Waits for exclusive access to permission changes in the organization; disposing releases it.</summary>
    ValueTask<IDisposable> TakeTurnAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Monitors a change within its transaction.</summary>
    /// <param name="readerOf">Reads the entities of an organization or of the installation within the change.</param>
    /// <param name="organizationId">UUID of the organization whose access changes.</param>
    /// <param name="principal">The principal who makes the change, as in audit fields.</param>
    /// <param name="now">The time of the change.</param>
    IAccessWatch Watch(
        Func<string, IResourceReader> readerOf, string organizationId, string principal, Instant now);
}

/// <summary>Monitors one change of permissions.</summary>
public interface IAccessWatch
{
    /// <summary>Called before a write that may revoke access.</summary>
    ValueTask BeforeAsync(Resource? current, Resource? proposed);

    /// <summary>Checks the change after it is written.</summary>
    /// <exception cref="ForbiddenException">It revokes permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">It would leave no administrator.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Which entities the caller of a change may refer to, and which the change may also update.</summary>
public interface IVisibility
{
    /// <summary>True if the caller may retrieve an entity.</summary>
    bool MayRetrieve(ResourceDefinition definition, string id);

    /// <summary>True if the caller may update an entity.</summary>
    bool MayUpdate(ResourceDefinition definition, string id);

    /// <summary>Adds an issue if the caller may not retrieve an entity that a request refers to.</summary>
    /// <param name="target">The kind of the entity.</param>
    /// <param name="path">The member that refers to it.</param>
    /// <param name="value">The value of the member.</param>
    /// <param name="id">Its id.</param>
    /// <param name="issues">Receives the issue.</param>
    /// <exception cref="ForbiddenException">The caller may not retrieve any entity of the kind.</exception>
    void Check(ResourceDefinition target, string path, string value, string id, Issues issues);
}
