using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A term that this version cannot bill, and which bills it affects.</summary>
/// <param name="What">Name of the term in the error message.</param>
/// <param name="Time">
/// Affects bills that cover any of this time, regardless of their dates; null if it affects none.
/// </param>
/// <param name="FirstBillDate">Affects bills dated on or after this day; null if it affects none by date.</param>
/// <param name="LastBillDate">The last affected bill date, inclusive; null for no end.</param>
internal sealed record UnbilledTerm(
    string What, Window? Time = null, LocalDate? FirstBillDate = null, LocalDate? LastBillDate = null)
{
    /// <summary>A term that is due on one bill date.</summary>
    public static UnbilledTerm On(LocalDate billDate, string what) =>
        new(what, FirstBillDate: billDate, LastBillDate: billDate);

    /// <summary>Whether it is due on this bill date.</summary>
    public bool IsDueOn(LocalDate billDate) =>
        FirstBillDate <= billDate && (LastBillDate is not { } last || billDate <= last);

    /// <summary>Whether it is due on a day from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool IsDueWithin(LocalDate from, LocalDate to) =>
        FirstBillDate <= to && (LastBillDate is not { } last || from <= last);

    /// <summary>Whether it affects a bill with this date that covers this time.</summary>
    public bool Affects(LocalDate billDate, Window billed) =>
        IsDueOn(billDate) || (Time is { } time && !billed.Intersect(time.Start, time.End).IsEmpty);
}
