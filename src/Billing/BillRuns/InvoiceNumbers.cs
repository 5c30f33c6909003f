using Tallystick.Billing.Bills;
using Tallystick.Billing.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>Issues invoice numbers, each only once, and registers those issued by earlier versions.</summary>
public static class InvoiceNumbers
{
    private const int BillsAtATime = 500;

    /// <summary>Issues the next number for a bill; null if the organization does not number its bills.</summary>
    internal static async ValueTask<string?> IssueAsync(
        ResourceChange change, OrganizationConfig organization, string billId)
    {
        if (organization.BillPrefix is not { Length: > 0 } prefix)
            return null;
        await RegisterAsync(change);
        var highest = await InvoiceNumberResource.HighestAsync(change.Related, prefix);
        var next = InvoiceSequence.Next(
            await BillDocuments.SequenceAsync(change),
            organization, highest?.Number)!;
        // "INV-1" with 1 gives the same text as "INV-" with 11, which may have been issued.
        while (await IsIssuedAsync(change.Related, InvoiceNumber.TextOf(prefix, next.LastNumber)))
            next = next with { LastNumber = next.LastNumber + 1 };
        await InsertAsync(change, InvoiceNumber.Of(prefix, next.LastNumber, billId));
        await BillDocuments.KeepSequenceAsync(change, next);
        return InvoiceNumber.TextOf(prefix, next.LastNumber);
    }

    /// <summary>Registers the numbers issued by earlier versions, before any other number is issued or set.</summary>
    /// <returns>Numbers that are on more than one bill.</returns>
    public static Task<IReadOnlyList<string>> RegisterAsync(
        ResourceService resources, string organizationId, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, RegisterAsync);

    /// <summary>
    /// Registers the numbers of the bills of an earlier version. A number that was issued to several bills remains on
    /// all of them, because they may have been sent, and is registered for the oldest.
    /// </summary>
    /// <returns>Numbers that are on more than one bill.</returns>
    private static async ValueTask<IReadOnlyList<string>> RegisterAsync(
        ResourceChange change)
    {
        var sequence = await BillDocuments.SequenceAsync(change);
        if (sequence is null or { IsRegistered: true })
            return [];
        var prefix = (await change.Related.ListAsync<OrganizationConfig>(Condition.And())).Single().BillPrefix;
        var numbers = new Dictionary<string, InvoiceNumber>(StringComparer.Ordinal);
        var repeated = new List<string>();
        await foreach (var (billId, text) in OfBillsAsync(change.Related))
        {
            if (InvoiceNumber.Divide(text, prefix) is not (var before, var number))
                continue;
            if (!numbers.TryAdd(text, InvoiceNumber.Of(before, number, billId)))
                repeated.Add(text);
        }
        // Numbers of deleted bills are unknown; the last number covers them.
        if (prefix is not null)
            numbers.TryAdd(
                InvoiceNumber.TextOf(prefix, sequence.LastNumber), InvoiceNumber.Of(prefix, sequence.LastNumber, ""));
        // In order, because the newest number of a prefix is assumed to be the highest.
        foreach (var number in numbers.Values.OrderBy(number => number.Number))
        {
            if (await change.Related.FindAsync<InvoiceNumber>(number.Id) is null)
                await InsertAsync(change, number);
        }
        await BillDocuments.KeepSequenceAsync(change, sequence with { IsRegistered = true });
        return repeated;
    }

    private static async IAsyncEnumerable<(string BillId, string Text)> OfBillsAsync(ResourceReader related)
    {
        long after = 0;
        while (true)
        {
            var page = await related.PageAsync<Bill>(null, BillsAtATime, after);
            foreach (var (bill, _) in page)
            {
                if (bill.SequentialInvoiceNumber is { } text)
                    yield return (bill.Id, text);
            }
            if (page.Count < BillsAtATime)
                yield break;
            after = page[^1].Place;
        }
    }

    private static async ValueTask<bool> IsIssuedAsync(ResourceReader related, string text) =>
        await related.FindAsync<InvoiceNumber>(InvoiceNumber.IdOf(text)) is not null;

    private static async ValueTask InsertAsync(ResourceChange change, InvoiceNumber number) =>
        await change.PutAsync(InvoiceNumberResource.Definition, null, number);
}
