using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The share of a recurring amount that is due: days active of the days of the nominal period. A stretch of several
/// nominal periods adds up their factors; periods of equal length are kept as one part.
/// </summary>
/// <param name="Parts">At most one part for each length of period, longest first.</param>
internal sealed record Proration(IReadOnlyList<ProrationPart> Parts)
{
    /// <summary>The sum of the factors; 1 for one whole period.</summary>
    public Fraction Factor => Parts.Aggregate(
        Fraction.Zero, (sum, part) => sum + (part.DaysActive / (decimal)part.DaysInPeriod));

    /// <summary>Adds up parts of equal length of period.</summary>
    public static Proration Of(IEnumerable<ProrationPart> parts) => new(
    [
        .. parts
            .GroupBy(part => part.DaysInPeriod)
            .OrderByDescending(length => length.Key)
            .Select(length => new ProrationPart(
                length.Aggregate(Fraction.Zero, (sum, part) => sum + part.DaysActive), length.Key)),
    ]);
}

/// <summary>Days active of the days of a nominal period.</summary>
/// <param name="DaysActive">Local days on the plan, exact.</param>
/// <param name="DaysInPeriod">Days of the whole period.</param>
internal sealed record ProrationPart(Fraction DaysActive, int DaysInPeriod);
