using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// An account that gets a parent after its bill of January was locked: what is on that bill is not billed to the parent
/// again. It has used 60 calls, its parent 50; a call costs 1.00, and plans have a standing charge of 10.00.
/// </summary>
public sealed class LockedFamilyTests
{
    private static AccountTerms Alone(params IReadOnlyList<AccountPlanTerms> plans) =>
        new(Account with { Id = "account-uk", Code = "uk" }, plans);

    private static AccountPlanTerms Plan(string id) => On(
        "2025-01-01", id: id, template: Template with { StandingCharge = 10 },
        pricings: Price("0: 0 + 1", id: "p" + id));

    [Theory]
    [InlineData(true, "acme 10.00, acme 50.00")]
    [InlineData(false, "acme 10.00, acme 50.00, uk 10.00, uk 60.00")]
    public void PlanOfTheChild_OnALockedBill_IsNotOnTheBillOfTheParent(bool isLocked, string lines) =>
        Lines(ParentsBill(Alone(Plan("uk")), isLocked)).ShouldBe(lines);

    [Theory]
    [InlineData(true, "acme 10.00, acme 50.00")]
    [InlineData(false, "acme 10.00, acme 50.00, uk 60.00")]
    public void UsageOfTheChild_OnALockedBill_IsNotInTheBlockOfTheParent(bool isLocked, string lines)
    {
        var locked = Alone(Plan("uk"));
        // The plan was removed from the account when it joined.
        Lines(ParentsBill(Alone() with { StoredBills = StoredOf(locked, isLocked) })).ShouldBe(lines);
    }

    private static CalculatedBill ParentsBill(AccountTerms child, bool isLocked) =>
        ParentsBill(child with { StoredBills = StoredOf(child, isLocked) });

    private static CalculatedBill ParentsBill(AccountTerms child)
    {
        var parent = TermsOf(Plan("acme"));
        return Input("2025-02-01", Plan("acme"))
            .For(parent with { Family = new FamilyTerms(parent, [child]) }).Bill(Used);
    }

    private static IReadOnlyList<StoredBill> StoredOf(AccountTerms child, bool isLocked) =>
    [
        StoredBill.Of(
            Input("2025-02-01", Plan("uk")).For(child).Bill(Used).ToBill(At("2025-02-01"), At("2025-02-01"), null) with
            {
                Locked = isLocked,
            },
            null),
    ];

    private static decimal? Used(UsageNeed need)
    {
        var used = need.Further.Select(part => part.AccountId).Prepend(need.AccountId)
            .Sum(id => id == Account.Id ? 50m : 60m);
        return used;
    }

    private static string Lines(CalculatedBill bill) => string.Join(", ", bill.LineItems
        .Select(line => $"{line.ChildAccountCode ?? "acme"} {BillText.Amount(line.Subtotal)}")
        .Order(StringComparer.Ordinal));
}
