using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;

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

    /// <summary>One line for each difference between the fees that locked bills should have and have.</summary>
    public static IEnumerable<Line> For(IEnumerable<FeeDifference> differences) => differences.Select(one => new Line
    {
        Type = LineItemType.CommitmentFee,
        Source = SourceOf(one.Of),
        ServicePeriod = one.ServicePeriod,
        Amount = one.Amount,
        Description = $"{DescriptionOf(one.Of.Commitment)}, difference to locked bills",
        AccountingProductId = one.Of.Commitment.FeesAccountingProductId ?? one.Of.Commitment.AccountingProductId,
        Discriminator = "difference",
        Derivation = new DifferenceOfFees(one.Due, one.Billed, one.Earlier, one.Limit),
    });

    private static LineSource SourceOf(RoutedCommitment routed) => new()
    {
        Name = $"commitment {routed.Commitment.Id}",
        EntityId = routed.Commitment.Id,
        Currency = routed.Commitment.Currency,
        ContractId = routed.Commitment.ContractId,
        CommitmentId = routed.Commitment.Id,
        Child = routed.IsPerAccount ? routed.Child : null,
    };

    private static string DescriptionOf(Commitment commitment) =>
        string.IsNullOrWhiteSpace(commitment.CommitmentFeeDescription)
            ? "Prepayment fee" : commitment.CommitmentFeeDescription;

    private static Line LineOf(DueFee fee, string discriminator)
    {
        var commitment = fee.Commitment;
        return new Line
        {
            Type = LineItemType.CommitmentFee,
            Source = SourceOf(fee.Of),
            ServicePeriod = fee.ServicePeriod,
            Amount = fee.Amount,
            Description = DescriptionOf(commitment),
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
