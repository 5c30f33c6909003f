using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Explanations;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Explained bills recomputed by a verifier that shares no code with the product.</summary>
public sealed class VerificationTests
{
    public static TheoryData<string, string> Compositions => new(Stories.Compositions.Select(
        story => (story.Key, story.Value)));

    [Theory]
    [MemberData(nameof(Compositions))]
    public void Bill_OfSeveralRulesAtOnce_VerifiesUnlessANumberIsChanged(string name, string story)
    {
        var explanation = ExplanationOf(BillStory.BillOf(story));
        Mutations.NotNoticedIn(explanation).ShouldBeEmpty(name);
    }

    [Fact]
    public void Kinds_OfAllDerivations_AreVerifiedAndExplainedInWords()
    {
        var kinds = typeof(Derivation).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .Select(kind => kind.DerivedType).ToList();
        var derivations = Stories.All.Select(BillStory.BillOf)
            .SelectMany(bill => bill.Derivation.Lines).Select(line => line.Derivation).ToList();

        derivations.Select(derivation => derivation.GetType()).Distinct().ShouldBe(kinds, ignoreOrder: true);
        derivations.ShouldAllBe(derivation => derivation.Steps().Any());
    }

    [Fact]
    public void Derivations_AsJson_ContainNothingThatFollowsFromTheRest() => Stories.All
        .Select(story => JsonSerializer.Serialize(
            BillStory.BillOf(story).Derivation, BillingJson.Format.BillDerivation))
        .ShouldAllBe(json => !json.Contains("\"measured\"") && !json.Contains("\"roundingNote\""));

    [Theory]
    [MemberData(nameof(GoldenBillTests.Companies), MemberType = typeof(GoldenBillTests))]
    public void Bill_OfACompany_Verifies(string company) =>
        FaultsOf(BillStory.BillOf(Stories.OfCompany(company))).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(GoldenBillTests.Companies), MemberType = typeof(GoldenBillTests))]
    public void Bill_WithAnyNumberChanged_DoesNotVerify(string company) =>
        Mutations.NotNoticedIn(ExplanationOf(BillStory.BillOf(Stories.OfCompany(company)))).ShouldBeEmpty();

    /// <summary>What the verifier finds in the explanation of a bill.</summary>
    internal static IReadOnlyList<string> FaultsOf(CalculatedBill bill) => BillVerifier.FaultsOf(ExplanationOf(bill));

    /// <summary>Fails with what the verifier finds in the explanation of a bill.</summary>
    internal static void Verify(CalculatedBill bill)
    {
        var explanation = ExplanationOf(bill);
        if (BillVerifier.FaultsOf(explanation) is { Count: > 0 } faults)
            Assert.Fail($"The bill does not follow from its explanation:\n{string.Join('\n', faults)}\n{explanation}");
    }

    /// <summary>The explanation that the API returns, except for what the measurements are now.</summary>
    internal static string ExplanationOf(CalculatedBill bill)
    {
        var stored = bill.ToBill(At("2025-01-01"), At("2025-01-01"), null);
        var explanation = BillExplanation.Of(stored, bill.Derivation, value => new ValueExplanation
        {
            AccountId = value.AccountId,
            AggregationId = value.AggregationId,
            Start = value.Window.Start,
            End = value.Window.End,
            Value = value.Value,
        });
        return Encoding.UTF8.GetString(explanation.ToJson());
    }
}
