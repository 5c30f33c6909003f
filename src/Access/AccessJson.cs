using System.Text.Json.Serialization;
using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Invitations;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Sessions;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;

namespace Tallystick.Access;

/// <summary>Source-generated JSON for the entities of Access.</summary>
[JsonSerializable(typeof(Organization))]
[JsonSerializable(typeof(InstalledOrganization))]
[JsonSerializable(typeof(SampleOrganization))]
[JsonSerializable(typeof(ServiceUser))]
[JsonSerializable(typeof(AccessKey))]
[JsonSerializable(typeof(PermissionPolicy))]
[JsonSerializable(typeof(PrincipalPermission))]
[JsonSerializable(typeof(ResourceGroup))]
[JsonSerializable(typeof(ResourceGroupItem))]
[JsonSerializable(typeof(OrgUser))]
[JsonSerializable(typeof(Support))]
[JsonSerializable(typeof(Login))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(OrgUserInvitation))]
internal sealed partial class AccessJson : JsonSerializerContext
{
    /// <summary>The context with the JSON format of the product.</summary>
    internal static AccessJson Format { get; } = new(JsonFormat.NewOptions());
}
