using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Dates that leave the calendar and amounts that leave the decimals refuse the bill. Both throw the same, so the stage
/// tells which of them it was.
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
        // NodaTime leaves its calendar by either.
        catch (Exception fault)
            when (fault is OverflowException or ArgumentOutOfRangeException { Source: "NodaTime" })
        {
            throw new BillRefusedException(
                $"Account {account.Code}: a date of the bill or of its periods is outside the supported "
                    + "calendar.", fault);
        }
    }

    /// <summary>Runs the stages that have no dates to compute, within a calculation.</summary>
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
