using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>
/// The share of a recurring amount that is due: active days divided by the days of the nominal period. For several
/// nominal periods, the factors are added. Periods of equal length are combined into one part.
/// </summary>
/// <param name="Parts">At most one part per period length, longest first.</param>
internal sealed record Proration(IReadOnlyList<ProrationPart> Parts)
{
    /// <summary>The sum of the factors; 1 for one whole period.</summary>
    public Fraction Factor => Parts.Aggregate(
        Fraction.Zero, (sum, part) => sum + (part.DaysActive / (decimal)part.DaysInPeriod));

    /// <summary>Combines parts that have the same period length.</summary>
    public static Proration Of(IEnumerable<ProrationPart> parts) => new(
    [
        .. parts
            .GroupBy(part => part.DaysInPeriod)
            .OrderByDescending(length => length.Key)
            .Select(length => new ProrationPart(
                length.Aggregate(Fraction.Zero, (sum, part) => sum + part.DaysActive), length.Key)),
    ]);
}

/// <summary>Active days out of the days of a nominal period.</summary>
/// <param name="DaysActive">Exact number of local days on which the plan is active.</param>
/// <param name="DaysInPeriod">Days in the whole period.</param>
internal sealed record ProrationPart(Fraction DaysActive, int DaysInPeriod);
