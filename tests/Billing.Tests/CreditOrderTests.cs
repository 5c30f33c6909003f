using Tallystick.Billing.Bills;

namespace Tallystick.Billing.Tests;

/// <summary>
/// Which settings of accounts, organizations and contracts apply to commitments and balances (reference 9.1, 11, 12,
/// 14.2 and 17.1).
/// </summary>
public sealed class CreditOrderTests
{
    [Theory]
    [InlineData("", "", "-70.00", "-30.00")] // nothing set: commitments first
    [InlineData("credits BALANCE,PREPAYMENT", "", "-50.00", "-50.00")]
    [InlineData("credits BALANCE,PREPAYMENT", "child uk", "-70.00", "-30.00")] // in a hierarchy always first
    [InlineData("credits BALANCE", "child uk", "-70.00", "-30.00")]
    public void CreditApplicationOrder_OfAHierarchy_IsFixed(
        string order, string child, string ofCommitment, string ofBalance)
    {
        var drawn = BillStory.BillOf($"""
            {(order.Length == 0 ? "" : "organization " + order)}
            plan       basic    from 2025-01-01  standing 100
            commitment prepaid  from 2025-01-01  to 2026-01-01  amount 70
            balance    bonus    from 2025-01-01  to 2026-01-01
            credit     bonus    on 2025-01-01  amount 50
            {child}
            bill       2025-02-01
            """).LineItems.ToLookup(line => line.LineItemType, line => BillText.Amount(line.Subtotal));
        drawn[LineItemType.CommitmentConsumed].ShouldBe([ofCommitment]);
        drawn[LineItemType.BalanceConsumed].ShouldBe([ofBalance]);
    }

    [Theory]
    [InlineData("contract contract-gold", "-50.00")] // only what is of the contract
    [InlineData("contract contract-other", null)]
    [InlineData("", "-70.00")] // without contract, all
    public void Credit_OfAContract_IsForItsChargesOnly(string contract, string? drawn)
    {
        const string Charges = """
            contract   gold     from 2025-01-01  to 2026-01-01
            plan       vip      from 2025-01-01  standing 50  contract gold
            plan       basic    from 2025-01-01  standing 20  product Support
            bill       2025-02-01
            """;
        foreach (var credit in new[]
        {
            $"commitment prepaid  from 2025-01-01  to 2026-01-01  amount 1000  {contract}",
            $"balance bonus  from 2025-01-01  to 2026-01-01  {contract}\ncredit bonus  on 2025-01-01  amount 1000",
        })
        {
            var lines = BillStory.BillOf($"{Charges}\n{credit}").LineItems
                .Where(line => (line.CommitmentId ?? line.BalanceId) is not null).ToList();
            (lines.Count == 0 ? null : BillText.Amount(lines.Sum(line => line.Subtotal))).ShouldBe(drawn);
        }
    }

    [Theory]
    [InlineData("", "", "2025-01-01..2025-02-01")] // nothing set: in arrears
    [InlineData("", "fees advance", "2025-02-01..2025-03-01")] // the organization's
    [InlineData("timing advance", "", "2025-02-01..2025-03-01")] // the commitment's before it
    [InlineData("timing arrears", "fees advance", "2025-01-01..2025-02-01")]
    public void FeeTiming_OfTheCommitment_BeforeTheOrganizations(
        string commitment, string organization, string period) => BillStory.Check($"""
            {(organization.Length == 0 ? "" : "organization " + organization)}
            plan       basic    from 2025-01-01
            commitment prepaid  plan basic  from 2025-01-01  to 2026-01-01  amount 12000  {commitment}
            bill       2025-02-01
            line       COMMITMENT_FEE {period} 1000.00
            total      1000.00
            """);

    [Theory]
    [InlineData("epoch 2025-01-20", "epoch 2025-01-15", "epoch 2025-01-10", "2025-03-20")] // the commitment's
    [InlineData("", "epoch 2025-01-15", "epoch 2025-01-10", "2025-03-15")] // else the account plan's
    [InlineData("", "", "epoch 2025-01-10", "2025-03-10")] // else the account's
    [InlineData("", "", "", "2025-03-01")] // else the organization's
    public void FeeEpoch_SeveralDefined_MostSpecificWins(
        string commitment, string plan, string account, string billDate)
    {
        string[] dates = ["2025-03-01", "2025-03-10", "2025-03-15", "2025-03-20"];
        dates.Where(date => BillStory.BillOf($"""
            {(account.Length == 0 ? "" : "account " + account)}
            plan       basic    from 2025-01-01  {plan}
            commitment prepaid  plan basic  from 2025-01-01  to 2026-01-01  amount 12000  {commitment}
            bill       {date}
            """).LineItems.Any(line => line.LineItemType == LineItemType.CommitmentFee)).ShouldBe([billDate]);
    }
}
