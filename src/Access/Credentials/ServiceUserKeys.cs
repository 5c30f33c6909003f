using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>
/// The access keys of service users. A key is replaced by creating a second one and then deactivating the first.
/// </summary>
public sealed class ServiceUserKeys(ResourceService resources)
{
    /// <summary>Maximum number of keys of a service user.</summary>
    public const int MaxKeys = 50;

    private const string Installation = AccessKeyResource.Installation;

    /// <summary>The keys of a service user, newest first.</summary>
    public async ValueTask<IReadOnlyList<AccessKey>> ListAsync(
        string organizationId, string serviceUserId, CancellationToken cancellationToken) =>
        [.. (await resources.Reader(Installation, cancellationToken)
            .ListAsync<AccessKey>(Condition.Equal("service_user_id", serviceUserId)))
            .Where(key => key.OrganizationId == organizationId)];

    /// <summary>A key of a service user.</summary>
    /// <exception cref="NotFoundException">The service user has no such key.</exception>
    public async ValueTask<AccessKey> FindAsync(
        ServiceUser user, string organizationId, string id, CancellationToken cancellationToken) =>
        await resources.Reader(Installation, cancellationToken).FindAsync<AccessKey>(id) is { } key
            && key.ServiceUserId == user.Id && key.OrganizationId == organizationId
            ? key
            : throw ResourceService.NotFound(AccessKeyResource.Definition, id);

    /// <summary>Creates a key.</summary>
    /// <returns>The key and its secret. Only a hash of the secret is stored.</returns>
    /// <exception cref="ForbiddenException">The service user has permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">The service user has the maximum number of keys.</exception>
    public async Task<(AccessKey Key, string Secret)> CreateAsync(Granting by, ServiceUser user)
    {
        var organizationId = by.Caller.OrganizationId;
        await GrantRules.CheckMayActAsAsync(by, PrincipalType.Serviceuser, user.Id);
        if ((await ListAsync(organizationId, user.Id, by.Cancelled)).Count >= MaxKeys)
            throw new RefusedException(new Issue(
                "count", "", $"The service user already has {MaxKeys} access keys. Delete one "
                    + "first", IssueKind.Conflict));
        var secret = SecretHash.NewText(48);
        var created = await resources.CreateAsync(
            AccessKeyResource.Definition,
            Installation,
            by.Caller.AuditName,
            new AccessKey
            {
                OrganizationId = organizationId,
                ServiceUserId = user.Id,
                AccessKeyId = SecretHash.NewText(20),
                SecretHash = SecretHash.Of(secret),
            },
            by.Cancelled);
        return ((AccessKey)created, secret);
    }

    /// <summary>Deletes a key.</summary>
    /// <exception cref="RefusedException">
    /// The request was made with this key, or the organization would lose its last administrator.
    /// </exception>
    public async Task DeleteAsync(Granting by, AccessKey key)
    {
        RefuseOwn(by, key);
        await DeleteOneAsync(by, key);
    }

    /// <summary>Deletes all keys of a service user.</summary>
    public async Task DeleteAllAsync(Granting by, string serviceUserId)
    {
        foreach (var key in await ListAsync(by.Caller.OrganizationId, serviceUserId, by.Cancelled))
            await DeleteOneAsync(by, key);
    }

    /// <summary>Activates or deactivates a key.</summary>
    /// <exception cref="ForbiddenException">
    /// The key would become active, and its user has permissions that the caller does not have.
    /// </exception>
    /// <exception cref="RefusedException">
    /// The request was made with this key, or the organization would lose its last administrator.
    /// </exception>
    public async Task<AccessKey> SetStatusAsync(Granting by, AccessKey key, AccessKeyStatus status)
    {
        if (status == AccessKeyStatus.Inactive)
            RefuseOwn(by, key);
        else
            await GrantRules.CheckMayActAsAsync(by, PrincipalType.Serviceuser, key.ServiceUserId);
        return (AccessKey)await resources.ChangeAsync(
            Installation, by.Caller.AuditName, by.Cancelled,
            change => change.UpdateAsync(AccessKeyResource.Definition, key.Id, key with { Status = status }),
            by.Caller.OrganizationId);
    }

    private Task DeleteOneAsync(Granting by, AccessKey key) => resources.ChangeAsync(
        Installation, by.Caller.AuditName, by.Cancelled,
        change => change.DeleteAsync(AccessKeyResource.Definition, key.Id), by.Caller.OrganizationId);

    private static void RefuseOwn(Granting by, AccessKey key)
    {
        if (key.AccessKeyId == by.Caller.AccessKeyId)
            throw new RefusedException(new Issue(
                "own", "", "A request cannot deactivate or delete the access key that it was made with",
                IssueKind.Conflict));
    }
}
