using NodaTime;
using Tallystick.Billing.Charges;
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
        // Fees with their own dates need bills that list single items.
        .. from commitment in settings.Organization.ConsolidateBills is true ? [] : terms.Commitments
           from date in CommitmentFees.DatesOf(commitment)
           select UnbilledTerm.On(date, $"commitment fees with their own dates (commitment {commitment.Id})"),
        .. terms.Charges.Select(charge => Of(charge, settings)),
    ];

    // A charge without a bill date appears on the next bill after its service period.
    private static UnbilledTerm Of(Charge charge, BillSettings settings)
    {
        var what = $"charges (charge {charge.Code})";
        return charge.BillDate is { } date
            ? UnbilledTerm.On(date, what)
            : new UnbilledTerm(what, FirstBillDate: LocalDay.Of(charge.ServicePeriodEndDate, settings.Zone));
    }
}
