using Tallystick.Resources.Files;

namespace Tallystick.Storage.Tests.Files;

/// <summary>Keys name files wherever they are kept, so nothing that means something to an engine is one.</summary>
public sealed class FileKeyTests
{
    [Theory]
    [InlineData("kind/org/id")]
    [InlineData("lookup-uploads/6f1c/0199.csv")]
    [InlineData("a/b/c/d/e/f/g/h")]
    [InlineData("a/b/_c-d.e..f")]
    public void Key_OfPlainParts_IsRead(string text) => FileKey.TryParse(text)!.Text.ShouldBe(text);

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("a/b")]
    [InlineData("a/b/")]
    [InlineData("/a/b/c")]
    [InlineData("a//b/c")]
    [InlineData("a/b/..")]
    [InlineData("a/b/../c")]
    [InlineData("../a/b")]
    [InlineData("a/b/.")]
    [InlineData("a/b/.hidden")]
    [InlineData(".aside/b/c")]
    [InlineData("a/b/c~d")]
    [InlineData("a/b/C")]
    [InlineData("a/b/c d")]
    [InlineData("a/b/c\\d")]
    [InlineData("a/b/c\n")]
    [InlineData("a/b/c\0")]
    [InlineData("a/b/é")]
    [InlineData("a/b/c%2e")]
    [InlineData("a/b/c:d")]
    [InlineData("a/b/c/d/e/f/g/h/i")]
    public void Key_OfHostileText_IsNone(string text) => FileKey.TryParse(text).ShouldBeNull();

    [Fact]
    public void Key_LongerThanItMayBe_IsNone()
    {
        FileKey.TryParse("a/b/" + new string('c', FileKey.MaxLength - 4)).ShouldNotBeNull();
        FileKey.TryParse("a/b/" + new string('c', FileKey.MaxLength - 3)).ShouldBeNull();
    }

    [Theory]
    [InlineData("..", "org")]
    [InlineData("kind", "")]
    [InlineData("kind", "a/b")]
    public void Prefix_OfHostileParts_IsRefused(string kind, string organization) =>
        Should.Throw<ArgumentException>(() => new FilePrefix(kind, organization));

    [Theory]
    [InlineData("text/csv\r\nSet-Cookie: a=b")]
    [InlineData("")]
    [InlineData("é")]
    public void Terms_WithAContentTypeThatIsNoHeader_AreRefused(string contentType) =>
        Should.Throw<ArgumentException>(() => new FileTerms { MaxLength = 1, ContentType = contentType });
}
