using Tallystick.Server.Api.Usage;

namespace Tallystick.Server.Api.Invoices;

/// <summary>
/// The queue of PDF invoices. One is printed at a time. The queue is short, so that requests do not wait in vain.
/// </summary>
internal sealed class InvoiceSlots
{
    /// <summary>Maximum number of waiting invoices; half of it for each organization.</summary>
    internal const int MaxWaiting = 16;

    private readonly QuerySlots _slots = new(1, MaxWaiting, "invoices");

    /// <summary>Waits for the turn of an invoice. Dispose the result when it is printed.</summary>
    internal ValueTask<IDisposable> EnterAsync(string organizationId, CancellationToken cancellationToken) =>
        _slots.EnterAsync(organizationId, cancellationToken);
}
