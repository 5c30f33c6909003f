using CsCheck;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>The grammar of statements, and what patterns are about.</summary>
public sealed class ResourcePatternTests
{
    private static readonly Gen<string> Patterns = Gen.Char["ab*"].Array[0, 6].Select(letters => new string(letters));

    private static readonly Gen<string> Texts = Gen.Char["ab"].Array[0, 8].Select(letters => new string(letters));

    [Theory]
    [InlineData("*", "*")]
    [InlineData("config:*", "config:*")]
    [InlineData("config*", "config*")]
    [InlineData("config:Meter", "config:meter")]
    [InlineData("config:meter/*", "config:meter")]
    [InlineData("config:meter/item/*", "config:meter")]
    [InlineData("config:plan/item/06F6B50C-a868", "config:plan/item/06f6b50c-a868")]
    [InlineData("config:plan/group/987", "config:plan/group/987")]
    [InlineData("*:plan/group/*", "*:plan/group/*")]
    public void Resource_WellFormed_IsRead(string text, string expected)
    {
        ResourcePattern.TryRead(text, out var pattern).ShouldBeTrue();
        pattern.ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("meter")]
    [InlineData("config:")]
    [InlineData(":meter")]
    [InlineData("a:b:c")]
    [InlineData("config:me ter")]
    [InlineData("config:meter/")]
    [InlineData("config:meter/item")]
    [InlineData("config:meter/item/")]
    [InlineData("config:meter/item/a*")]
    [InlineData("config:meter/item/a/b")]
    [InlineData("config:meter/thing/1")]
    [InlineData("config:meter/item/'--")]
    [InlineData("/item/1")]
    public void Resource_Malformed_IsRefused(string text) => ResourcePattern.TryRead(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("config:create", "ConfigCreate")]
    [InlineData("CONFIG_CREATE", "ConfigCreate")]
    [InlineData("Config.Create", "ConfigCreate")]
    [InlineData("measurements:fileUpload", "MeasurementsFileupload")]
    [InlineData("marketplaceusage:create", "MarketplaceUsageCreate")]
    [InlineData("MARKETPLACE_USAGE_RETRIEVE", "MarketplaceUsageRetrieve")]
    [InlineData("all", "All")]
    [InlineData("*", "All")]
    public void Action_InAnySpelling_IsRead(string text, string expected)
    {
        PermissionActions.TryRead(text, out var action).ShouldBeTrue();
        action.ToString().ShouldBe(expected);
        PermissionActions.TryRead(PermissionActions.Name(action), out var again).ShouldBeTrue();
        again.ShouldBe(action);
    }

    [Fact]
    public void Statements_WithFaults_NameEach()
    {
        var issues = new Issues();
        PermissionStatements.Check(
            [
                new() { Effect = "permit", Action = ["config:create", "config"], Resource = ["*", "meter"] },
                new() { Effect = "0", Action = [], Resource = ["*"] },
                new() { Effect = "", Action = ["3"], Resource = ["*"] },
            ], "permissionPolicy", issues);

        Should.Throw<RefusedException>(issues.ThrowIfAny).Issues.Select(issue => issue.Path).ShouldBe(
        [
            "permissionPolicy[0].effect", "permissionPolicy[0].action[1]", "permissionPolicy[0].resource[1]",
            "permissionPolicy[1].effect", "permissionPolicy[1].action",
            "permissionPolicy[2].effect", "permissionPolicy[2].action[0]",
        ]);
    }

    [Theory]
    [InlineData("*", "config:plan", true)]
    [InlineData("config:*", "config:plan/group/1", true)]
    [InlineData("config:plan", "config:plan/item/1", true)]
    [InlineData("config:plan*", "config:plan", true)]
    [InlineData("config:plan", "config:plan*", false)]
    [InlineData("config:plan/item/1", "config:plan", false)]
    [InlineData("config:plan/item/1", "config:plan/item/1", true)]
    [InlineData("config:plan/item/1", "config:plan/item/2", false)]
    [InlineData("config:plan/group/*", "config:plan/group/1", true)]
    [InlineData("config:plan/group/1", "config:plan/group/*", false)]
    [InlineData("config:plan/group/1", "config:plan/item/1", false)]
    [InlineData("billing:*", "config:*", false)]
    public void Pattern_Covers_WhatItIsAllAbout(string text, string other, bool expected) =>
        Read(text).Covers(Read(other)).ShouldBe(expected);

    [Theory]
    [InlineData("config:*", "*:plan", true)]
    [InlineData("config:plan/item/1", "config:plan/group/1", true)]
    [InlineData("config:plan/item/1", "config:plan/item/2", false)]
    [InlineData("config:plan", "config:planTemplate", false)]
    [InlineData("config:plan*", "config:*Template", true)]
    public void Pattern_Meets_WhatItIsPartlyAbout(string text, string other, bool expected)
    {
        Read(text).Meets(Read(other)).ShouldBe(expected);
        Read(other).Meets(Read(text)).ShouldBe(expected);
    }

    [Fact]
    public void Wildcard_OfAnyShape_MatchesWhatAPlainReadingDoes() =>
        Gen.Select(Patterns, Texts).Sample(
            (pattern, text) => Wildcard.Matches(pattern, text) == Plainly(pattern, text));

    [Fact]
    public void Wildcard_ThatMatchesAPattern_MatchesAllThatThePatternDoes() =>
        Gen.Select(Patterns, Patterns, Texts).Sample((outer, inner, text) =>
            !Wildcard.Matches(outer, inner) || !Plainly(inner, text) || Plainly(outer, text));

    [Fact]
    public void Wildcards_WithATextInCommon_Meet() =>
        Gen.Select(Patterns, Patterns, Texts).Sample((one, other, text) =>
            !(Plainly(one, text) && Plainly(other, text)) || (Wildcard.Meet(one, other) && Wildcard.Meet(other, one)));

    [Theory]
    [InlineData("a*", "b*")]
    [InlineData("*a", "*b")]
    [InlineData("ab", "a")]
    [InlineData("", "a*")]
    [InlineData("a*b", "b*a")]
    public void Wildcards_WithNoTextInCommon_DoNotMeet(string one, string other) =>
        Wildcard.Meet(one, other).ShouldBeFalse();

    private static ResourcePattern Read(string text)
    {
        ResourcePattern.TryRead(text, out var pattern).ShouldBeTrue();
        return pattern;
    }

    private static bool Plainly(string pattern, string text)
    {
        if (pattern.Length == 0)
            return text.Length == 0;
        if (pattern[0] == '*')
            return Enumerable.Range(0, text.Length + 1).Any(taken => Plainly(pattern[1..], text[taken..]));
        return text.Length > 0 && text[0] == pattern[0] && Plainly(pattern[1..], text[1..]);
    }
}
