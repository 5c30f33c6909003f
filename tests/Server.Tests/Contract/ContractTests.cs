using Tallystick.Server.Api;
using Tallystick.Server.OpenApi;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Contract;

/// <summary>Holds our API document against the operations that run and against the published contract.</summary>
public sealed class ContractTests
{
    /// <summary>Tags of the contract that we do not offer yet; of all others every operation must be there.</summary>
    private static readonly string[] TagsToCome =
    [
        "ExportAdHoc", "ExportDestination", "ExportJob", "ExportSchedule", "Integrations", "Marketplace Integrations",
        "Notifications", "ScheduledEventConfigurations",
    ];

    [Fact]
    public void ApiDocument_AsCommitted_IsWhatTheOperationsSay()
    {
        var written = ApiDocument.Write(ApiOperations.All, TypeDocumentation.Read(AppContext.BaseDirectory));
        var committed = File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.json"));

        written.ShouldBe(
            committed,
            "Run: dotnet run -c Release --project src/Server -- --write-openapi docs/openapi.json");
    }

    [Fact]
    public void ApiDocument_EveryOperation_HasSummaryAndDescribedParameters()
    {
        foreach (var operation in ApiOperations.All)
        {
            operation.Summary.ShouldNotBeNullOrWhiteSpace();
            foreach (var parameter in operation.Parameters)
                parameter.Description.ShouldNotBeNullOrWhiteSpace($"{operation.Id} {parameter.Name}");
        }
        ApiOperations.All.Select(operation => operation.Id).ShouldBeUnique();
    }

    [Fact]
    public void Contract_OfTagsWeOffer_HasNoOperationMissing()
    {
        if (Contract() is not { } contract)
            return;
        var ours = Ours().Operations.Select(operation => operation.Operation).ToHashSet(StringComparer.Ordinal);

        var missing = contract.Operations
            .Where(operation => !TagsToCome.Contains(operation.Tag))
            .Select(operation => operation.Operation)
            .Where(operation => !ours.Contains(operation));

        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Contract_EveryOperationWeOffer_IsTheSame()
    {
        if (Contract() is not { } contract)
            return;
        var ours = Ours();
        var published = contract.Operations.Select(operation => operation.Operation).ToHashSet(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var (operation, _) in ours.Operations.Where(one => !ApiOperations.OwnTags.Contains(one.Tag)))
        {
            if (!published.Contains(operation))
            {
                differences.Add($"{operation}: not in the contract");
                continue;
            }
            var (theirFacts, ourFacts) = (FactsOf(contract, operation), ours.Of(operation));
            if (ContractDifferences.HasOtherAnswer(operation))
            {
                theirFacts.RemoveWhere(IsOfAnswer);
                ourFacts.RemoveWhere(IsOfAnswer);
            }
            differences.AddRange(theirFacts.Except(ourFacts).Where(fact => !IsToldOtherwise(fact))
                .Select(fact => $"{operation}: missing: {fact}"));
            differences.AddRange(ourFacts.Except(theirFacts)
                .Where(fact => !IsOurAddition(fact) && !IsToldOtherwise(fact))
                .Select(fact => $"{operation}: other: {fact}"));
        }

        differences.ShouldBeEmpty();
    }

    // Generated clients name their methods after the ids.
    [Fact]
    public void Contract_EveryOperationWeOffer_HasTheSameId()
    {
        if (Contract() is not { } contract)
            return;
        var ours = Ours();
        var published = contract.Operations.Select(one => one.Operation).ToHashSet(StringComparer.Ordinal);

        ours.Operations.Select(one => one.Operation).Where(published.Contains)
            .Select(operation => $"{operation}: {ours.IdOf(operation)}").ShouldBe(
                ours.Operations.Select(one => one.Operation).Where(published.Contains)
                    .Select(operation => $"{operation}: {contract.IdOf(operation)}"));
    }

    private static SortedSet<string> FactsOf(ApiFacts contract, string operation)
    {
        var facts = contract.Of(operation);
        facts.RemoveWhere(IsOfAnswer);
        facts.UnionWith(contract.Of(ContractDifferences.WithAnswerOf(operation)).Where(IsOfAnswer));
        return facts;
    }

    private static bool IsOfAnswer(string fact) => fact.StartsWith("200 ", StringComparison.Ordinal);

    // What we answer beyond the contract: members that clients who do not know them ignore, the promise that an id is
    // never missing, and the type of values that the contract leaves open.
    private static bool IsOurAddition(string fact) =>
        fact.Contains(".failures", StringComparison.Ordinal)
            || fact.Contains(".acceptUrl", StringComparison.Ordinal)
            // A saved query can be sent to POST /usage/query as it is.
            || fact.StartsWith("body application/json.timePeriod ", StringComparison.Ordinal)
            || fact.Contains(".dtSecretsRefused", StringComparison.Ordinal)
            // Why a file was refused, and the meter of a CSV file.
            || (IsOfAnswer(fact) && (fact.Contains(".failureReason", StringComparison.Ordinal)
                || fact.EndsWith(".meter type=string", StringComparison.Ordinal)))
            // A credit or debit line item is answered with all that an update of it needs.
            || (IsOfAnswer(fact) && (fact.EndsWith(".billId type=string", StringComparison.Ordinal)
                || fact.EndsWith(".accountingProductId type=string", StringComparison.Ordinal)
                || fact.EndsWith(".amountToApplyOnBill type=number", StringComparison.Ordinal)
                || fact.EndsWith(".reasonId type=string", StringComparison.Ordinal)))
            || fact.EndsWith(".lookupTableId type=string", StringComparison.Ordinal)
            || (IsOfAnswer(fact)
                && fact.EndsWith(".id is required", StringComparison.Ordinal))
            // Balances of free units.
            || fact.EndsWith(".countsUnits type=boolean", StringComparison.Ordinal)
            || fact.EndsWith(".balanceId type=string", StringComparison.Ordinal)
            || fact.EndsWith(".additional{} type=number", StringComparison.Ordinal)
            // Differences of late usage.
            || fact.Contains(".lateUsageDays ", StringComparison.Ordinal)
            // The time zone of an account.
            || fact.EndsWith(".timezone type=string", StringComparison.Ordinal);

    private static bool IsToldOtherwise(string fact) =>
        ContractDifferences.MembersToldOtherwise.Any(
            member => fact.Contains($".{member}.", StringComparison.Ordinal));

    private static ApiFacts Ours() => ApiFacts.Read(Path.Combine(Repository.Root, "docs", "openapi.json"));

    private static ApiFacts? Contract()
    {
        var path = Path.Combine(Repository.Shared, "api", "m3ter-openapi.json");
        if (File.Exists(path))
            return ApiFacts.Read(path);
        TestContext.Current.AddWarning($"The published contract is not at {path}: nothing is compared.");
        return null;
    }
}
