using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Pricing.Tests;

public sealed class SharesTests
{
    private static readonly Fraction Third = Fraction.Of(1, 3);

    [Fact]
    public void Shares_ThreeThirdsOfOne_LastTakesTheRemainder() =>
        Shares.Of(1.00m, [Third, Third, Third], new CurrencyRounding(2, RoundingMode.HalfUp))
            .ShouldBe([0.33m, 0.33m, 0.34m]);

    [Fact]
    public void Shares_UnnecessaryMode_RoundsPartsForDisplay() =>
        // The line is 0.01 exactly and may be billed; its halves are shown as 0.01 and 0.
        Shares.Of(0.01m, [0.005m, 0.005m], new CurrencyRounding(2, RoundingMode.Unnecessary)).ShouldBe([0.01m, 0m]);

    [Fact]
    public void Shares_OnePart_IsTheAmount() =>
        Shares.Of(13.33m, [Fraction.Of(40, 3)], new CurrencyRounding(2, RoundingMode.HalfUp)).ShouldBe([13.33m]);
}
