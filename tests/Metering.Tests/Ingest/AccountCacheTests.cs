using Tallystick.Metering.Ingest;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>The loader forgets of accounts what has changed, and keeps the rest.</summary>
public sealed class AccountCacheTests
{
    private const string Organization = "org";

    private readonly FakeCatalog _catalog = new();
    private readonly AccountCache _cache;

    public AccountCacheTests() => _cache = new AccountCache(_catalog, _catalog);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Account_WhoseCodeChanged_IsTheOnlyOneForgotten()
    {
        var numbers = await Known.ProvideAsync(["a", "b", "c"], Token);

        _catalog.ChangedCodes.Add("b");

        Known.Find("a"u8).ShouldBe(numbers[0]);
        Known.Find("b"u8).ShouldBe(OrganizationAccounts.Unknown);
        Known.Find("c"u8).ShouldBe(numbers[2]);
        (await Known.ProvideAsync(["b"], Token)).ShouldBe([numbers[1]]);
        Known.Find("b"u8).ShouldBe(numbers[1]);
    }

    [Fact]
    public async Task NearMatch_AfterAnyChange_IsForgotten()
    {
        var numbers = await Known.ProvideAsync(["a", "A"], Token);
        Known[numbers[1]].Match.NearMatchCode.ShouldBe("a");

        _catalog.ChangedCodes.Add("other");

        Known.Find("a"u8).ShouldBe(numbers[0]);
        Known.Find("A"u8).ShouldBe(OrganizationAccounts.Unknown);
    }

    [Fact]
    public async Task Accounts_AfterMoreChangesThanAreTold_AreAllForgotten()
    {
        await Known.ProvideAsync(["a"], Token);
        _catalog.ChangedCodes.Add("other");

        _catalog.IsForgetful = true;

        Known.Find("a"u8).ShouldBe(OrganizationAccounts.Unknown);
    }

    private OrganizationAccounts Known => _cache.Of(Organization);
}
