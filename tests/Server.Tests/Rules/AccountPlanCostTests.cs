using System.Text;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Plans;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Rules;

/// <summary>A new account plan costs the same however many the account had before.</summary>
public sealed class AccountPlanCostTests
{
    private const int Months = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AccountPlan_AfterManyThatHaveEnded_IsCheckedWithoutALookAtThem()
    {
        using var directory = new TemporaryDirectory();
        await using var store = new CountingStore(await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. AllKinds.Catalog.DocumentKinds, ChangeEvents.Kind], Token));
        var resources = Machinery.NewService(store, SystemClock.Instance);
        var organization = (await new Bootstrap(store, resources)
            .AddOrganizationAsync(new BootstrapSettings(null, null, null), Token)).OrganizationId;
        var product = await MakeAsync(ProductResource.Definition, """{"name":"P","code":"p"}""");
        var template = await MakeAsync(PlanTemplateResource.Definition, $$"""
            {"productId":"{{product}}","name":"T","currency":"USD","standingCharge":1,"billFrequency":"MONTHLY"}
            """);
        var plan = await MakeAsync(
            PlanResource.Definition, $$"""{"name":"P","code":"p","planTemplateId":"{{template}}"}""");
        var account = await MakeAsync(
            AccountResource.Definition, """{"name":"A","code":"a","emailAddress":"a@example.com"}""");
        for (var month = 0; month < Months; month++)
            await MakeAsync(AccountPlanResource.Definition, AccountPlan(month, month + 1));

        var reader = new ResourceReader(AllKinds.Catalog, store, organization, Token);
        (await CheckAsync(AccountPlan(Months, null))).IsEmpty.ShouldBeTrue();
        store.AccountPlans.ShouldBe(0);
        (await CheckAsync(AccountPlan(-1, 0))).IsEmpty.ShouldBeTrue();
        store.AccountPlans.ShouldBe(0);
        (await CheckAsync(AccountPlan(10, 11))).IsEmpty.ShouldBeFalse();
        store.AccountPlans.ShouldBe(1);
        (await CheckAsync(AccountPlan(Months - 1, null))).IsEmpty.ShouldBeFalse();
        store.AccountPlans.ShouldBe(2);

        async Task<string> MakeAsync(ResourceDefinition definition, string json) => (await resources.CreateAsync(
            definition, organization, "test", definition.Read(Encoding.UTF8.GetBytes(json)), Token)).Id;

        async Task<Issues> CheckAsync(string json)
        {
            var issues = new Issues();
            var proposed = AccountPlanResource.Definition.Read(Encoding.UTF8.GetBytes(json));
            await AccountPlanResource.Definition.CheckAsync(proposed, null, reader, issues);
            return issues;
        }

        string AccountPlan(int from, int? until) => $$"""
            {"accountId":"{{account}}","planId":"{{plan}}",
            "startDate":"{{Start(from)}}"{{(until is { } end ? $",\"endDate\":\"{Start(end)}\"" : "")}}}
            """;
    }

    private static string Start(int month) =>
        InstantText.Write(new LocalDate(2020, 1, 1).PlusMonths(month).AtMidnight().InUtc().ToInstant());

    /// <summary>Counts the account plans that are read outside of changes.</summary>
    private sealed class CountingStore(IDocumentStore store) : IDocumentStore
    {
        internal int AccountPlans { get; private set; }

        public ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            store.FindAsync(kind, organizationId, id, cancellationToken);

        public async ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
        {
            var found = await store.QueryAsync(kind, organizationId, query, cancellationToken);
            if (kind.Name == AccountPlanResource.Definition.Table)
                AccountPlans += found.Count;
            return found;
        }

        public Task<T> TransactAsync<T>(
            string organizationId, Func<IDocumentTransaction, ValueTask<T>> work,
            CancellationToken cancellationToken) =>
            store.TransactAsync(organizationId, work, cancellationToken);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
