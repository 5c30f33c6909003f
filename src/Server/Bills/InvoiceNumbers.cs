using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Bills;

/// <summary>Issues invoice numbers, each once and for ever, and registers those that earlier versions issued.</summary>
internal static class InvoiceNumbers
{
    private const int BillsAtATime = 500;
    private const int MostNamed = 20;

    /// <summary>Issues the next number for a bill; null when the organization does not number its bills.</summary>
    internal static async ValueTask<string?> IssueAsync(
        IDocumentTransaction transaction, string organizationId, string billId, Instant now,
        CancellationToken cancellationToken)
    {
        var related = new ResourceReader(transaction, organizationId, cancellationToken);
        var organization = (await related.ListAsync<OrganizationConfig>(Condition.And())).Single();
        if (organization.BillPrefix is not { Length: > 0 } prefix)
            return null;
        await RegisterAsync(transaction, organizationId, cancellationToken);
        var highest = await InvoiceNumberResource.HighestAsync(related, prefix);
        var next = InvoiceSequence.Next(
            await BillDocuments.SequenceAsync(transaction, organizationId, cancellationToken),
            organization, highest?.Number)!;
        // "INV-1" and 1 read like "INV-" and 11, which may have been issued.
        while (await IsIssuedAsync(related, InvoiceNumber.TextOf(prefix, next.LastNumber)))
            next = next with { LastNumber = next.LastNumber + 1 };
        await InsertAsync(
            transaction, organizationId,
            InvoiceNumber.Of(prefix, next.LastNumber, billId) with { DtCreated = now, DtLastModified = now },
            cancellationToken);
        await BillDocuments.KeepSequenceAsync(transaction, organizationId, next, cancellationToken);
        return InvoiceNumber.TextOf(prefix, next.LastNumber);
    }

    /// <summary>Registers what earlier versions issued, before anything else is issued or set.</summary>
    internal static async Task RegisterAsync(
        IDocumentStore store, ILogger logger, CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.IdsAsync(store, cancellationToken))
        {
            var repeated = await store.TransactAsync(
                organizationId,
                transaction => RegisterAsync(transaction, organizationId, cancellationToken),
                cancellationToken);
            if (repeated.Count > 0)
                Log.InvoiceNumbersRepeated(
                    logger, organizationId, repeated.Count, string.Join(", ", repeated.Take(MostNamed)));
        }
    }

    /// <summary>
    /// Registers the numbers of the bills of an earlier version. A number that it gave to several bills stays on all of
    /// them, since they may have been sent, and is registered for the oldest.
    /// </summary>
    /// <returns>Those that several bills have.</returns>
    private static async ValueTask<IReadOnlyList<string>> RegisterAsync(
        IDocumentTransaction transaction, string organizationId, CancellationToken cancellationToken)
    {
        var sequence = await BillDocuments.SequenceAsync(transaction, organizationId, cancellationToken);
        if (sequence is null or { IsRegistered: true })
            return [];
        var related = new ResourceReader(transaction, organizationId, cancellationToken);
        var prefix = (await related.ListAsync<OrganizationConfig>(Condition.And())).Single().BillPrefix;
        var numbers = new Dictionary<string, InvoiceNumber>(StringComparer.Ordinal);
        var repeated = new List<string>();
        await foreach (var (billId, text) in OfBillsAsync(transaction, organizationId, cancellationToken))
        {
            if (InvoiceNumber.Divide(text, prefix) is not (var before, var number))
                continue;
            if (!numbers.TryAdd(text, InvoiceNumber.Of(before, number, billId)))
                repeated.Add(text);
        }
        // That of a bill that was deleted is on no bill any more; the last one stands for all of them.
        if (prefix is not null)
            numbers.TryAdd(
                InvoiceNumber.TextOf(prefix, sequence.LastNumber), InvoiceNumber.Of(prefix, sequence.LastNumber, ""));
        // In their order: the newest of a prefix is taken for its highest.
        foreach (var number in numbers.Values.OrderBy(number => number.Number))
        {
            if (await related.FindAsync<InvoiceNumber>(number.Id) is null)
                await InsertAsync(transaction, organizationId, number, cancellationToken);
        }
        await BillDocuments.KeepSequenceAsync(
            transaction, organizationId, sequence with { IsRegistered = true }, cancellationToken);
        return repeated;
    }

    private static async IAsyncEnumerable<(string BillId, string Text)> OfBillsAsync(
        IDocumentTransaction transaction, string organizationId,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        while (true)
        {
            var page = await transaction.QueryAsync(
                ResourceCatalog.KindOf(BillResource.Definition),
                organizationId,
                new DocumentQuery { AfterSequence = after, IsAscending = true, Limit = BillsAtATime },
                cancellationToken);
            foreach (var document in page)
            {
                if (((Bill)BillResource.Definition.Read(document.Json.Span)).SequentialInvoiceNumber is { } text)
                    yield return (document.Id, text);
            }
            if (page.Count < BillsAtATime)
                yield break;
            after = page[^1].Sequence;
        }
    }

    private static async ValueTask<bool> IsIssuedAsync(ResourceReader related, string text) =>
        await related.FindAsync<InvoiceNumber>(InvoiceNumber.IdOf(text)) is not null;

    private static ValueTask InsertAsync(
        IDocumentTransaction transaction, string organizationId, InvoiceNumber number,
        CancellationToken cancellationToken)
    {
        var definition = InvoiceNumberResource.Definition;
        return transaction.InsertAsync(
            ResourceCatalog.KindOf(definition),
            organizationId,
            new DocumentWrite(number.Id, number.Version, definition.Write(number), definition.ReadColumns(number)),
            cancellationToken);
    }
}
