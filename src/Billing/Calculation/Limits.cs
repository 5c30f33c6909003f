using Tallystick.Billing.Accounts;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation;

/// <summary>Dates that leave the calendar and amounts that leave the decimals refuse the bill.</summary>
internal static class Limits
{
    /// <summary>Runs a calculation for an account.</summary>
    /// <exception cref="BillRefusedException">A date or an amount is out of range.</exception>
    public static T Within<T>(Account account, Func<T> calculate)
    {
        try
        {
            return calculate();
        }
        catch (RatingException fault)
        {
            throw new BillRefusedException($"Account {account.Code}: {fault.Message}.", fault);
        }
        // NodaTime leaves its calendar by either.
        catch (Exception fault)
            when (fault is OverflowException or ArgumentOutOfRangeException { Source: "NodaTime" })
        {
            throw new BillRefusedException(
                $"Account {account.Code}: a date of the bill or of its periods lies outside the calendar.", fault);
        }
    }
}
