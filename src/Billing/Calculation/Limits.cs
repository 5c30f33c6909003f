using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Refuses a bill if a date is outside the calendar or an amount has too many digits. Both cause the same exception
/// type, so the calculation stage determines which message applies.
/// </summary>
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
        catch (CalculationException fault)
        {
            throw new BillRefusedException($"Account {account.Code}: {fault.Message}.", fault);
        }
        // NodaTime throws either exception for a date outside its calendar.
        catch (Exception fault)
            when (fault is OverflowException or ArgumentOutOfRangeException { Source: "NodaTime" })
        {
            throw new BillRefusedException(
                $"Account {account.Code}: a date of the bill or of its periods is outside the supported "
                    + "calendar.", fault);
        }
    }

    /// <summary>Runs those stages of a calculation that compute amounts but no dates.</summary>
    /// <exception cref="BillRefusedException">An amount or a quantity is out of range.</exception>
    public static T OfAmounts<T>(Account account, Func<T> calculate)
    {
        try
        {
            return calculate();
        }
        catch (OverflowException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}: an amount or a quantity of the bill has more than 28 digits.", fault);
        }
    }
}
