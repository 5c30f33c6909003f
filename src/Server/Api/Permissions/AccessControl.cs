using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Permissions;

/// <summary>Decides whether a caller may run an operation.</summary>
internal sealed class AccessControl(CallerAccess callers, RequestLimits limits, IClock clock)
{
    /// <summary>Authorizes the call of an operation.</summary>
    /// <exception cref="ForbiddenException">The caller lacks a permission, which the message names.</exception>
    internal async ValueTask<ApiCall> AuthorizeAsync(HttpContext context, Caller caller, ApiOperation operation)
    {
        var access = await callers.OfAsync(caller, context.RequestAborted);
        if (access.RefusalAt(clock) is { } refusal)
            throw new ForbiddenException(refusal);
        var visible = Demand(access.Grants, operation.Permission, context);
        foreach (var permission in operation.AlsoNeeds)
            Demand(access.Grants, permission, context);
        return new ApiCall(context, caller, access.Grants, visible)
        {
            Now = clock.GetCurrentInstant(),
            BodyTime = limits.BodyTime,
        };
    }

    /// <summary>The call of an operation that requires no token.</summary>
    internal ApiCall Anonymous(HttpContext context) =>
        new(context, new Caller("", PrincipalType.User, "", null), Grants.Nothing, null)
        {
            Now = clock.GetCurrentInstant(),
            BodyTime = limits.BodyTime,
            BodyLimit = RequestLimits.PublicBody,
        };

    // The condition for the entities of a list that the caller may see; null for all.
    private static Condition? Demand(Grants grants, Permission permission, HttpContext context)
    {
        if (permission.Scope == PermissionScope.Nothing)
            return null;
        var reach = grants.Of(permission);
        var item = permission.ItemRoute is { } route ? (string)context.Request.RouteValues[route]! : null;
        var isPermitted = permission.Scope switch
        {
            PermissionScope.Item => reach.Holds(item!),
            PermissionScope.Visible => !reach.IsNone,
            _ => reach.IsWhole,
        };
        if (!isPermitted)
            throw new ForbiddenException($"Forbidden: this requires the permission {permission.Describe(item)}");
        return permission.Scope == PermissionScope.Visible ? reach.Where() : null;
    }
}
