using Tallystick.Server.Hosting;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>What the command line and its help know, README knows as well.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public void Settings_InTheHelp_StandInTheReadmeAndTheOtherWayRound()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var help = CommandLine.Answer(["--help"]).ShouldNotBeNull();
        var table = readme[readme.IndexOf("## Settings", StringComparison.Ordinal)..];
        table = table[..table.IndexOf("\n## ", StringComparison.Ordinal)];

        foreach (var known in CommandLine.Settings.Concat(CommandLine.Options))
        {
            help.ShouldContain($"  {known.Name} ");
            table.ShouldContain($"`{known.Name}");
        }
        var named = System.Text.RegularExpressions.Regex.Matches(table, "`(TALLYSTICK_[A-Z_]+|--[a-z-]+)")
            .Select(match => match.Groups[1].Value);
        named.Except(CommandLine.Settings.Concat(CommandLine.Options).Select(known => known.Name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--urls", "http://127.0.0.1:1", "--help")]
    public void Help_AskedForAnywhere_IsGiven(params string[] args) =>
        CommandLine.Answer(args).ShouldNotBeNull().ShouldContain("Options:");

    [Fact]
    public void Version_AskedFor_IsGiven() =>
        CommandLine.Answer(["--version"]).ShouldNotBeNull().ShouldStartWith("Tallystick 1.");

    [Theory]
    [InlineData("--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", "x")]
    [InlineData("--urls=http://127.0.0.1:0")]
    [InlineData("--tallystick_data=x", "--accept-loss")]
    [InlineData("--restore-administrator")]
    [InlineData("--restore-administrator", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "--TALLYSTICK_DATA", "x")]
    [InlineData("--backup", "dir")]
    public void Options_ThatAreKnown_PassTheCheck(params string[] args) => CommandLine.Check(args);
}
