using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>A nextToken leads to its place, and whatever else is sent is refused.</summary>
public sealed class PageTokenTests(SqliteServer server)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void Token_Written_IsReadBack(long place) =>
        PageToken.Read("products", PageToken.Write("products", place)).ShouldBe(place);

    [Theory]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("                      ")]
    [InlineData("+/+/+/+/+/+/+/+/+/+/+/")]
    [InlineData("ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ")]
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [InlineData("A")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Token_Forged_IsRefusedByName(string token)
    {
        Should.Throw<RefusedException>(() => PageToken.Read("products", token)).Issues[0].Path.ShouldBe("nextToken");
        using var client = await server.NewOrganizationAsync();

        (await client.GetAsync($"products?nextToken={Uri.EscapeDataString(token)}")).Faults
            .ShouldBe(["token nextToken"]);
    }

    [Theory]
    [InlineData("2026-01-01", 7)]
    [InlineData("", -1)]
    [InlineData("é😀", long.MaxValue)]
    [InlineData(null, 0)]
    public void Token_OfASortedList_IsReadBack(string? value, long sequence) =>
        PageToken.ReadSorted("adjustments", PageToken.Write("adjustments", new PageKey(value, sequence)))
            .ShouldBe(new PageKey(value, sequence));

    [Fact]
    public void Token_OfASortedList_IsNoneOfAnother()
    {
        var sorted = PageToken.Write("adjustments", new PageKey("x", 1));

        Should.Throw<RefusedException>(() => PageToken.Read("adjustments", sorted));
        Should.Throw<RefusedException>(() => PageToken.ReadSorted("accounts", sorted));
        Should.Throw<RefusedException>(() => PageToken.ReadSorted("adjustments", "AAAA"));
    }

    [Fact]
    public void Token_WithAnyCharacterChanged_IsRefused()
    {
        var token = PageToken.Write("products", 42);
        for (var index = 0; index < token.Length - 1; index++)
        {
            var changed = token.ToCharArray();
            changed[index] = changed[index] == 'A' ? 'B' : 'A';
            Should.Throw<RefusedException>(() => PageToken.Read("products", new string(changed)));
        }
        Should.Throw<RefusedException>(() => PageToken.Read("accounts", token));
    }
}
