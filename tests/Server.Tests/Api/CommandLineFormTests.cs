using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Installation;
using Tallystick.Storage;

namespace Tallystick.Server.Tests.Api;

/// <summary>A command runs in each form in which it can be given, and never starts a server instead.</summary>
public sealed class CommandLineFormTests : IDisposable
{
    // A server does not start with it; the commands do not read it.
    private static readonly string[] NoServer = ["--TALLYSTICK_SMTP", "nowhere"];

    private readonly Restarts _restarts = new();

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData("--backup={0}")]
    [InlineData("--BACKUP={0}")]
    [InlineData("--Backup", "{0}")]
    public async Task Backup_InAnyForm_IsMade(params string[] form)
    {
        await _restarts.SetUpAsync();
        var copy = _restarts.Beside("copy");

        (await RunAsync([.. form.Select(arg => arg.Replace("{0}", copy, StringComparison.Ordinal))])).ShouldBe(0);

        Directory.EnumerateFiles(copy).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("--restore-administrator={0}")]
    [InlineData("--Restore-Administrator", "{0}")]
    [InlineData("--RESTORE-ADMINISTRATOR")]
    public async Task RestoreAdministrator_InAnyForm_AddsOne(params string[] form)
    {
        await _restarts.SetUpAsync();
        var organization = _restarts.Credentials.OrganizationId;

        (await RunAsync([.. form.Select(arg => arg.Replace("{0}", organization, StringComparison.Ordinal))]))
            .ShouldBe(0);

        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        (await client.GetAsync("serviceusers")).Data.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("--write-openapi={0}")]
    [InlineData("--Write-OpenApi", "{0}")]
    [InlineData("--write-openapi", "{0}", "--urls", "http://127.0.0.1:0")]
    [InlineData("--urls", "http://127.0.0.1:0", "--write-openapi", "{0}")]
    public async Task ApiDocument_InAnyForm_IsWritten(params string[] form)
    {
        Directory.CreateDirectory(_restarts.Data);
        var file = _restarts.Beside("openapi.json");

        (await RunAsync([.. form.Select(arg => arg.Replace("{0}", file, StringComparison.Ordinal))])).ShouldBe(0);

        File.Exists(file).ShouldBeTrue();
    }

    [Fact]
    public async Task Help_InCapitals_IsGiven() => (await RunAsync("--HELP")).ShouldBe(0);

    [Theory]
    [InlineData("--Accept-Loss", "--urls", "x")]
    [InlineData("--urls", "x", "--ACCEPT-LOSS")]
    public void AcceptLoss_InAnyCase_IsRecognized(params string[] args) =>
        CommandLine.Normalize(args).ShouldContain(DataDirectory.AcceptLossOption);

    [Fact]
    public void Settings_InAnyForm_StayAsTheyAre()
    {
        string[] args = ["--tallystick_data=a=b", "--TALLYSTICK_API_SECRET", "--x=y", "--backup"];

        CommandLine.Normalize(args).ShouldBe(args);
    }

    [Theory]
    [InlineData("--backup=a=b", "--backup", "a=b")]
    [InlineData("--BACKUP=", "--backup", "")]
    [InlineData("--restore-administrator=x", "--restore-administrator", "x")]
    [InlineData("--Accept-Loss=x", "--accept-loss=x")]
    [InlineData("--VERSION", "--version")]
    public void Options_Normalized_HaveTheirListedNameAndAValueApart(string given, params string[] expected) =>
        CommandLine.Normalize([given]).ShouldBe(expected);

    [Theory]
    [InlineData("--backup", "a", "--restore-administrator")]
    [InlineData("--backup", "a", "--backup", "b")]
    [InlineData("--backup", "a", "--accept-loss", "--TALLYSTICK_DATA", "x")]
    [InlineData("--restore-administrator", "--accept-loss")]
    [InlineData("--write-openapi", "a", "--backup", "b")]
    public void Commands_ThatCannotBeTogether_AreRefused(params string[] args) =>
        Should.Throw<StoreUnavailableException>(() => CommandLine.Check(args)).Message
            .ShouldContain("cannot be combined");

    [Theory]
    [InlineData("--backup", "")]
    [InlineData("--backup=")]
    [InlineData("--write-openapi=")]
    public void Commands_WithAnEmptyValue_AreRefused(params string[] args) =>
        Should.Throw<StoreUnavailableException>(() => CommandLine.Check(CommandLine.Normalize(args))).Message
            .ShouldContain("requires a value");

    [Fact]
    public void KnownOptions_Listed_AreThoseForOperators() =>
        Should.Throw<StoreUnavailableException>(() => CommandLine.Check(["--x"])).Message
            .ShouldNotContain("write-openapi");

    private Task<int> RunAsync(params string[] form) =>
        ServerHost.RunAsync([.. form, "--TALLYSTICK_DATA", _restarts.Data, .. NoServer]);
}
