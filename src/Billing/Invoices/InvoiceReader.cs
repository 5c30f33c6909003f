using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Invoices;

/// <summary>Reads what the invoice of a bill needs.</summary>
public sealed class InvoiceReader(ResourceService resources)
{
    /// <summary>Maximum number of lines of a bill that is made into an invoice.</summary>
    public const int MaxLines = 20_000;

    private const int DefaultDecimals = 2;

    /// <summary>The invoice of a bill, from its current state.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="billId">UUID of the bill.</param>
    /// <param name="organizationName">Name of the organization.</param>
    /// <param name="mayReadAccount">Whether the caller may retrieve the account with a UUID.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is no such bill.</exception>
    /// <exception cref="RefusedException">The bill has too many lines.</exception>
    public async Task<Invoice> ReadAsync(
        string organizationId, string billId, string organizationName, Func<string, bool> mayReadAccount,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var bill = await related.FindAsync<Bill>(billId)
            ?? throw ResourceService.NotFound(BillResource.Definition, billId);
        if (bill.LineItems?.Count > MaxLines)
            throw new RefusedException(new Issue(
                "too_many_lines", "",
                $"The bill has {bill.LineItems.Count} line items; an invoice has at most {MaxLines}"));
        string[] codes =
            [.. (bill.LineItems ?? []).Select(line => line.Currency).Append(bill.Currency).Distinct()];
        var decimals = (await related.ListAsync<Currency>(new Condition.In("code", codes))).ToDictionary(
            currency => currency.Code!, currency => currency.MaxDecimalPlaces ?? DefaultDecimals,
            StringComparer.Ordinal);
        return new InvoiceWriter(bill, code => decimals.GetValueOrDefault(code, DefaultDecimals)).Write(
            mayReadAccount(bill.AccountId) ? await related.FindAsync<Account>(bill.AccountId) : null,
            await related.FindAsync<InvoiceSettings>(organizationId),
            organizationName);
    }
}
