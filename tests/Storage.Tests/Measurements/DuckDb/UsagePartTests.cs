using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

/// <summary>A month is not written anew for each measurement that comes late.</summary>
public sealed class UsagePartTests
{
    private const int March = (2026 * 12) + 2;

    [Theory]
    [InlineData(1, 1, false, false)]
    [InlineData(1, 2, true, true)]
    [InlineData(7, 8, true, true)]
    [InlineData(8, 9, false, false)]
    [InlineData(99_000_001, 100_000_000, false, false)]
    [InlineData(31_000_000, 32_000_000, false, true)]
    [InlineData(31_000_001, 32_000_000, false, false)]
    [InlineData(96_875_001, 100_000_000, false, false)]
    [InlineData(96_875_000, 100_000_000, false, true)]
    [InlineData(87_500_000, 100_000_000, true, true)]
    public void Month_WithRowsBehindTheSortedOnes_IsSortedOnceTheyAreMany(
        long sorted, long rows, bool whileOpen, bool onceClosed)
    {
        var part = new UsagePart(1, March, 1, 0, sorted, rows);

        part.NeedsSorting(part.End - 1).ShouldBe(whileOpen);
        part.NeedsSorting(part.End).ShouldBe(onceClosed);
    }
}
