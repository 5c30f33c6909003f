using NodaTime;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Lists the terms that this version cannot bill, each with the period or the bill dates that it affects.
/// </summary>
internal static class FindUnbilledTerms
{
    /// <summary>The unbilled terms of an account.</summary>
    public static IReadOnlyList<UnbilledTerm> Of(AccountTerms terms, BillSettings settings) =>
    [
        .. terms.Commitments.SelectMany(commitment => Of(commitment, settings)),
        .. terms.Balances.Select(balance => new UnbilledTerm(
            $"balances (balance {balance.Code})",
            new Window(balance.StartDate, balance.RolloverEndDate ?? balance.EndDate))),
        .. terms.Charges.Select(charge => Of(charge, settings)),
    ];

    // A commitment affects charges during its period. Its fees are due on their own bill dates or on those of a plan.
    private static IEnumerable<UnbilledTerm> Of(Commitment commitment, BillSettings settings)
    {
        var what = $"commitments (commitment {commitment.Id})";
        var dates = new DatePeriod(commitment.StartDate, commitment.EndDate);
        yield return new UnbilledTerm(what, dates.In(settings.Zone));
        foreach (var fee in commitment.FeeDates ?? [])
            yield return UnbilledTerm.On(fee.Date, what);
        if (commitment.BillingPlanId is not null)
            yield return new UnbilledTerm(what, FirstBillDate: dates.Start, LastBillDate: dates.End);
    }

    // A charge without a bill date appears on the next bill after its service period.
    private static UnbilledTerm Of(Charge charge, BillSettings settings)
    {
        var what = $"charges (charge {charge.Code})";
        return charge.BillDate is { } date
            ? UnbilledTerm.On(date, what)
            : new UnbilledTerm(what, FirstBillDate: LocalDay.Of(charge.ServicePeriodEndDate, settings.Zone));
    }
}
