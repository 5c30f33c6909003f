using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Creates the lines of commitment fees. What is consumed of a commitment does not matter for its fees.
/// </summary>
internal static class ChargeFees
{
    /// <summary>One line for each fee that is due.</summary>
    public static IEnumerable<Line> For(IEnumerable<DueFee> fees) => fees
        .GroupBy(fee => (fee.Commitment.Id, fee.ServicePeriod.Start))
        .SelectMany(same => same
            .OrderBy(fee => fee.ServicePeriod.End).ThenBy(fee => fee.Amount)
            // Nothing else distinguishes several fees of a date for the same period.
            .Select((fee, index) => LineOf(fee, index == 0 ? "" : FormattableString.Invariant($"{index}"))));

    private static Line LineOf(DueFee fee, string discriminator)
    {
        var commitment = fee.Commitment;
        return new Line
        {
            Type = LineItemType.CommitmentFee,
            Source = new LineSource
            {
                Name = $"commitment {commitment.Id}",
                EntityId = commitment.Id,
                Currency = commitment.Currency,
                ContractId = commitment.ContractId,
                CommitmentId = commitment.Id,
                Child = fee.Of.IsPerAccount ? fee.Of.Child : null,
            },
            ServicePeriod = fee.ServicePeriod,
            Amount = fee.Amount,
            Description = string.IsNullOrWhiteSpace(commitment.CommitmentFeeDescription)
                ? "Prepayment fee" : commitment.CommitmentFeeDescription,
            AccountingProductId = commitment.FeesAccountingProductId ?? commitment.AccountingProductId,
            Discriminator = discriminator,
            Derivation = fee.Instalment is { } instalment
                ? new FeeInstalment(
                    commitment.Amount,
                    commitment.AmountPrePaid ?? 0,
                    commitment.AmountFirstBill,
                    instalment.Number,
                    instalment.Count,
                    instalment.Weight,
                    instalment.Weights)
                {
                    FirstWeight = instalment.FirstWeight,
                }
                : new DatedFee(fee.Amount),
        };
    }
}
