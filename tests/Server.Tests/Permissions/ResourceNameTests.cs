using System.Net;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>A resource that has two names is one resource: a deny of either holds for both.</summary>
public sealed class ResourceNameTests(SqliteServer server)
{
    /// <summary>Every resource of an operation that goes by more than one name.</summary>
    public static TheoryData<string, string> Names =>
    [
        .. ApiOperations.All.Select(operation => operation.Permission.Resources).Where(names => names.Count > 1)
            .SelectMany(names => from one in names from other in names select (one, other)).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_OfOneResource_CannotPassADenyOfEither(string denied, string given)
    {
        var author = Grants("allow all *", $"deny all {denied}");

        MayGive(author, $"allow config:retrieve {given}").ShouldBeFalse();
        MayGive(author, $"allow config:retrieve {given}/item/7").ShouldBeFalse();
        MayGive(author, $"allow config:retrieve {given}", $"deny all {denied}").ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_OfOneResource_PermitTheSame(string allowed, string given)
    {
        MayGive(Grants($"allow all {allowed}"), $"allow config:retrieve {given}").ShouldBeTrue();
        foreach (var operation in ApiOperations.All.Where(one => one.Permission.Resources.Contains(given)))
            Grants($"allow all {allowed}").Of(operation.Permission).IsWhole.ShouldBeTrue(operation.Id);
    }

    [Theory]
    [InlineData("config:bill", "billing:*")]
    [InlineData("config:bill", "b*:bill")]
    [InlineData("billing:*", "config:bill*")]
    [InlineData("config:org*", "config:user")]
    [InlineData("config:orgU*", "config:u*")]
    [InlineData("config:u*", "config:orgUser")]
    [InlineData("config:user/item/7", "config:orgUser/item/7")]
    public void Wildcards_ThatMatchEitherName_CannotPassADenyOfTheOther(string denied, string given) =>
        MayGive(Grants("allow all *", $"deny all {denied}"), $"allow config:retrieve {given}").ShouldBeFalse();

    [Theory]
    [InlineData("config:orgUserInvitation", "config:user")]
    [InlineData("config:bill", "config:billConfig")]
    [InlineData("billing:*", "config:account")]
    [InlineData("config:user/item/7", "config:orgUser/item/8")]
    public void Names_OfOtherResources_AreNotDenied(string denied, string given) =>
        MayGive(Grants("allow all *", $"deny all {denied}"), $"allow config:retrieve {given}").ShouldBeTrue();

    [Theory]
    [InlineData("config:bill,config:billJob", "billing:bill,billing:billJob", "bills")]
    [InlineData("billing:*", "config:bill", "bills")]
    [InlineData("config:user", "config:orgUser", "users")]
    [InlineData("config:org*", "config:user", "users")]
    public async Task Author_WhoIsDeniedOneName_CannotPassOnTheOther(string denied, string given, string path)
    {
        using var administrator = await server.NewOrganizationAsync();
        using var author = await Principal.MakeAsync(administrator, "allow all *", $"deny all {denied}");

        var written = await author.Client.PostAsync(
            "permissionpolicies", Principal.Policy($"allow config:retrieve {given}"));

        (await author.Client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Forbidden);
        written.Status.ShouldBe(HttpStatusCode.Forbidden, written.Message);
    }

    [Fact]
    public async Task Policy_Read_SpellsResourcesAsTheyWereSent()
    {
        using var administrator = await server.NewOrganizationAsync();
        var sent = Principal.Policy("allow config:retrieve billing:Bill,config:orgUser,Config:BILL");

        var made = (await administrator.PostAsync("permissionpolicies", sent)).Object;

        made["permissionPolicy"]!.ToJsonString().ShouldBe(sent["permissionPolicy"]!.ToJsonString());
    }

    private static bool MayGive(Grants author, params string[] statements)
    {
        var rules = Rules(statements);
        return author.FirstNotCovered(rules.Where(rule => !rule.IsDeny), rules) is null;
    }

    private static Grants Grants(params string[] statements) => new(Rules(statements), (_, _) => []);

    private static List<PermissionRule> Rules(string[] statements) =>
    [
        .. PermissionStatements.Rules(statements.Select(text => text.Split(' ')).Select(parts =>
            new PermissionStatement { Effect = parts[0], Action = [parts[1]], Resource = parts[2].Split(',') })),
    ];
}
