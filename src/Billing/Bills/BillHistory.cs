using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.Bills;

/// <summary>The former calculations of bills, and what has changed since.</summary>
public sealed class BillHistory(ResourceService resources)
{
    /// <summary>The former calculations of a bill, newest first.</summary>
    public async ValueTask<IReadOnlyList<Bill>> OfAsync(
        string organizationId, string billId, CancellationToken cancellationToken) =>
    [
        .. (await resources.Reader(organizationId, cancellationToken)
            .ListAsync<FormerBill>(FormerBillResource.Of(billId)))
            .Select(former => former.Bill)
            .OrderByDescending(bill => bill.Version),
    ];

    /// <summary>The former calculation with a version.</summary>
    /// <exception cref="NotFoundException">There is none, or it is no longer kept.</exception>
    public async ValueTask<Bill> FindAsync(
        string organizationId, string billId, long version, CancellationToken cancellationToken) =>
        (await OfAsync(organizationId, billId, cancellationToken)).FirstOrDefault(bill => bill.Version == version)
            ?? throw new NotFoundException($"The bill has no former calculation with version {version}");

    /// <summary>What has changed since a former calculation.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="bill">The bill as it is.</param>
    /// <param name="from">Version of the former calculation; null for the latest before the current.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="NotFoundException">There is none, or it is no longer kept.</exception>
    public async ValueTask<BillDifference> DifferenceAsync(
        string organizationId, Bill bill, long? from, CancellationToken cancellationToken) =>
        BillDifference.Of(
            from is { } version
                ? await FindAsync(organizationId, bill.Id, version, cancellationToken)
                : (await OfAsync(organizationId, bill.Id, cancellationToken)).FirstOrDefault() ?? bill,
            bill);
}
