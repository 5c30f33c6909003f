using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>Something that this version does not bill, and which bills would have to mind it.</summary>
/// <param name="What">Names it in the refusal.</param>
/// <param name="Time">Bills for any of this time would, whatever their dates; null for none.</param>
/// <param name="FirstBillDate">Bills dated from this day on would; null for none.</param>
/// <param name="LastBillDate">To this day, included; null for ever.</param>
internal sealed record UnbilledTerm(
    string What, Window? Time = null, LocalDate? FirstBillDate = null, LocalDate? LastBillDate = null)
{
    /// <summary>Something due on the bill of one day.</summary>
    public static UnbilledTerm On(LocalDate billDate, string what) =>
        new(what, FirstBillDate: billDate, LastBillDate: billDate);

    /// <summary>Whether a bill of the date has it by its date.</summary>
    public bool IsDueOn(LocalDate billDate) =>
        FirstBillDate <= billDate && (LastBillDate is not { } last || billDate <= last);

    /// <summary>Whether it is due on a day from <paramref name="from"/> to <paramref name="to"/>.</summary>
    public bool IsDueWithin(LocalDate from, LocalDate to) =>
        FirstBillDate <= to && (LastBillDate is not { } last || from <= last);

    /// <summary>Whether a bill of the date and for the time has to mind it.</summary>
    public bool IsMetBy(LocalDate billDate, Window billed) =>
        IsDueOn(billDate) || (Time is { } time && !billed.Intersect(time.Start, time.End).IsEmpty);
}
