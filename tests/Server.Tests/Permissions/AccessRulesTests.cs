using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Changes of access in one organization happen one after the other, whatever they are stored with.</summary>
public sealed class AccessRulesTests
{
    [Fact]
    public async Task Turn_OfAnOrganization_IsTakenByOneAtATime()
    {
        var turns = new AccessRules();
        var cancelled = TestContext.Current.CancellationToken;

        var first = await turns.TakeTurnAsync("one", cancelled);
        var second = turns.TakeTurnAsync("one", cancelled);
        using (await turns.TakeTurnAsync("other", cancelled))
            second.IsCompleted.ShouldBeFalse();
        first.Dispose();

        using (await second)
            turns.TakeTurnAsync("one", cancelled).IsCompleted.ShouldBeFalse();
    }

    // What is weighed is decided by the definitions; a kind that the roster reads and that is missing here is a hole.
    [Fact]
    public void Deletion_OfWhateverGivesAccess_IsWeighed() =>
        AllKinds.Catalog.All.Where(definition => definition.MayRevokeAccess(Sample(definition), null))
            .Select(definition => definition.Kind).ShouldBe(
                [
                    "ServiceUser", "AccessKey", "PermissionPolicy", "PrincipalPermission", "OrgUser", "Support",
                    "ResourceGroup", "ResourceGroupItem", "Login",
                ],
                ignoreOrder: true);

    private static Resource Sample(ResourceDefinition definition) => definition.Kind switch
    {
        "AccessKey" => new AccessKey
        {
            OrganizationId = "",
            ServiceUserId = "",
            AccessKeyId = "",
            SecretHash = "",
        },
        _ => (Resource)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(definition.Model),
    };
}
