using Tallystick.Client;

namespace Tallystick.Console.Tests;

/// <summary>What tests of metering prepare through the API.</summary>
internal static class MeteringServer
{
    /// <summary>The API as a program uses it.</summary>
    internal static TallystickClient Client(ConsoleServer server) => new(new TallystickSettings
    {
        BaseUrl = server.Address,
        OrganizationId = server.First.OrganizationId,
        AccessKeyId = server.First.AccessKeyId,
        ApiSecret = server.First.ApiSecret,
    });

    /// <summary>A meter of bytes by region.</summary>
    internal static Task<Meter> CreateMeterAsync(TallystickClient api, string code) => api.Meters.CreateAsync(new Meter
    {
        Name = $"Meter {code}",
        Code = code,
        DataFields =
        [
            new() { Name = "Bytes", Code = "bytes", Category = DataFieldCategory.Measure, Unit = "By" },
            new() { Name = "Region", Code = "region", Category = DataFieldCategory.Where },
        ],
        DerivedFields = [],
    });

    /// <summary>A person who may see everything of metering and change nothing.</summary>
    internal static async Task<Visitor> ReaderAsync(ConsoleServer server, TallystickClient api)
    {
        var policy = await api.PermissionPolicies.CreateAsync(new PermissionPolicy
        {
            Name = "Readers",
            PermissionPolicyValue =
            [
                new()
                {
                    Effect = PermissionEffect.Allow,
                    Action =
                    [
                        PermissionAction.ConfigRetrieve, PermissionAction.AnalyticsQuery,
                        PermissionAction.MeasurementsRetrieve,
                    ],
                    Resource = ["*"],
                },
            ],
        });
        var invitation = await api.Invitations.CreateAsync(new Invitation
        {
            Email = "reader@example.com",
            FirstName = "Rea",
            LastName = "Der",
            PermissionPolicyIds = [policy.Id],
        });
        await api.Invitations.AcceptAsync(new AcceptInvitationRequest
        {
            OrganizationId = server.First.OrganizationId,
            InvitationId = invitation.Id,
            Token = new Uri(invitation.AcceptUrl!).Fragment[1..],
            Password = ConsoleServer.Chosen,
        });
        return await Visitor.SignInAsync(server.Address, invitation.Email!, ConsoleServer.Chosen);
    }
}
