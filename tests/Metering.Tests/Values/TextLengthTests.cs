using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Tests.Values;

/// <summary>Texts are counted and cut by code points.</summary>
public sealed class TextLengthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("aé", 2)]
    [InlineData("a😀b", 3)]
    [InlineData("😀😀", 2)]
    public void Length_OfAText_IsItsCodePoints(string text, int length)
    {
        TextLength.Of(text).ShouldBe(length);
        TextLength.IsAtMost(Encoding.UTF8.GetBytes(text), length).ShouldBeTrue();
        if (length > 0)
            TextLength.IsAtMost(Encoding.UTF8.GetBytes(text), length - 1).ShouldBeFalse();
    }

    [Theory]
    [InlineData("a😀b", 1, "a", "a…")]
    [InlineData("a😀b", 2, "a😀", "a😀…")]
    [InlineData("a😀b", 3, "a😀b", "a😀b")]
    [InlineData("a😀b", 4, "a😀b", "a😀b")]
    [InlineData("😀😀", 1, "😀", "😀…")]
    [InlineData("abc", 0, "", "…")]
    public void Cut_OfAText_TakesWholeCodePoints(string text, int maximum, string cut, string shortened)
    {
        TextLength.Cut(text, maximum).ShouldBe(cut);
        TextLength.Shorten(text, maximum).ShouldBe(shortened);
    }
}
