using NodaTime;
using Tallystick.Billing.BillConfigs;

namespace Tallystick.Billing.Bills;

/// <summary>
/// The states of a bill: pending, approved, locked. A pending bill must be approved before it can be locked, and a
/// locked bill never changes.
/// </summary>
public static class BillStates
{
    /// <summary>True if the bill cannot change: it was locked itself, or the lock date includes its period.</summary>
    public static bool IsLocked(Bill bill, BillConfig? config) =>
        bill.Locked || IsLocked(bill.EndDate, config);

    /// <summary>True if the lock date includes a period that ends on a date.</summary>
    /// <param name="endDate">The day after the last day of the period.</param>
    /// <param name="config">The settings with the lock date; null if there are none.</param>
    public static bool IsLocked(LocalDate endDate, BillConfig? config) => endDate <= config?.BillLockDate;

    /// <summary>The bill after its approval.</summary>
    /// <param name="bill">The bill.</param>
    /// <param name="now">The time of the approval.</param>
    /// <param name="principal">The principal that approves it.</param>
    public static Bill Approve(Bill bill, Instant now, string principal) =>
        bill with { Status = BillStatus.Approved, DtApproved = now, ApprovedBy = principal };

    /// <summary>The bill after its approval was revoked.</summary>
    public static Bill Reopen(Bill bill) =>
        bill with { Status = BillStatus.Pending, DtApproved = null, ApprovedBy = null };

    /// <summary>The bill after it was locked.</summary>
    /// <param name="bill">The bill.</param>
    /// <param name="now">The time.</param>
    /// <param name="principal">The principal that locks it.</param>
    public static Bill Lock(Bill bill, Instant now, string principal) =>
        bill with { Locked = true, DtLocked = now, LockedBy = principal };

    /// <summary>
    /// The bill after its lines have changed: it must be approved again, and its statements are outdated.
    /// </summary>
    public static Bill Change(Bill bill) => Reopen(bill) with { StatementStale = IsStatementStale(bill) };

    /// <summary>A recalculated bill, with everything that belongs to the bill and not to its calculation.</summary>
    /// <param name="current">The bill before.</param>
    /// <param name="calculated">The bill as calculated, pending.</param>
    /// <param name="lines">Its lines, including memos.</param>
    /// <param name="total">The total of the lines.</param>
    public static Bill Recalculate(
        Bill current, Bill calculated, IReadOnlyList<BillLineItem> lines, decimal total) => calculated with
        {
            LineItems = lines,
            BillTotal = total,
            CreatedDate = current.CreatedDate,
            SequentialInvoiceNumber = current.SequentialInvoiceNumber,
            ExternalInvoiceReference = current.ExternalInvoiceReference,
            JsonStatementGenerated = current.JsonStatementGenerated,
            CsvStatementGenerated = current.CsvStatementGenerated,
            StatementStale = IsStatementStale(current),
        };

    private static bool? IsStatementStale(Bill bill) =>
        bill.JsonStatementGenerated == true || bill.CsvStatementGenerated == true ? true : bill.StatementStale;
}
