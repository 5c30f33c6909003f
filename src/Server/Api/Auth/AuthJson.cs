using System.Text.Json.Serialization;
using Tallystick.Access.Groups;
using Tallystick.Access.Invitations;
using Tallystick.Access.Users;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.ServiceUsers;

namespace Tallystick.Server.Api.Auth;

/// <summary>Serializes requests and responses about access without reflection.</summary>
[JsonSerializable(typeof(AccessKeyAnswer))]
[JsonSerializable(typeof(PrincipalPermissionRequest))]
[JsonSerializable(typeof(ResourceGroupItemRequest))]
[JsonSerializable(typeof(AcceptInvitationRequest))]
[JsonSerializable(typeof(SignInRequest))]
internal sealed partial class AuthJson : JsonSerializerContext
{
    /// <summary>Uses the JSON format of the product.</summary>
    internal static AuthJson Format { get; } = new(JsonFormat.NewOptions());
}
