using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Jobs;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Events;

/// <summary>Subscribers get the events of an organization in order, and lose none to a stop or a fault.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private const string Organization = "11111111-1111-1111-1111-111111111111";

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 6, 1, 0, 0));
    private SqliteDocumentStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await SqliteDocumentStore.OpenAsync(
            _directory.File("documents.sqlite"),
            [.. AllKinds.Catalog.DocumentKinds, ChangeEvents.Kind, Subscriptions.Kind], Token);
        await ListAsync(Organization);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Events_AfterASubscriberHasJoined_ComeInOrderAndOnce()
    {
        var subscriber = new Noting();
        await using (var server = await StartAsync(subscriber))
        {
            await server.AddProductsAsync("a", "b", "c");
            await Noting.HeardAsync(_store, "c");
        }

        subscriber.Heard.ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task Events_OfOtherNamesThanASubscriberWants_AreSkippedAndCountAsHandled()
    {
        var subscriber = new Noting { EventNames = ["configuration.product.updated"] };
        await using var server = await StartAsync(subscriber);

        await server.AddProductsAsync("a", "b");
        server.News.Remind(Organization);
        await subscriber.HasHandledAllAsync(_store);
        await server.RenameAsync("a");
        await Noting.UntilAsync(() => ValueTask.FromResult(!subscriber.Heard.IsEmpty));

        subscriber.Heard.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Events_BeforeASubscriberJoined_DoNotCome()
    {
        await using (var server = await StartAsync(new Noting()))
            await server.AddProductsAsync("before");
        var later = new Noting { Name = "later" };

        await using var second = await StartAsync(later);
        await later.JoinedAsync(_store);
        await second.AddProductsAsync("after");
        await Noting.HeardAsync(_store, "after");

        later.Heard.ShouldBe(["after"]);
    }

    [Fact]
    public async Task Events_OfAnOrganizationMadeWhileTheSubscriberFails_ComeAllAfterTheNextStart()
    {
        const string Later = "22222222-2222-2222-2222-222222222222";
        var first = new Noting { FailsAt = "a" };
        await using (var server = await StartAsync(first))
        {
            await ListAsync(Later);
            await Server.AddProductsAsync(server.Resources, Later, "a");
            await Noting.UntilAsync(() => ValueTask.FromResult(first.HasFailed));
        }
        var second = new Noting();

        await using var next = await StartAsync(second);
        await Noting.UntilAsync(() => ValueTask.FromResult(second.Heard.Contains("a")));

        second.Heard.ShouldBe(["a"]);
    }

    [Fact]
    public async Task Events_OfAStopInBetween_ComeAfterTheNextStart()
    {
        var first = new Noting();
        await using (var server = await StartAsync(first))
        {
            await server.AddProductsAsync("a");
            await Noting.HeardAsync(_store, "a");
        }
        await Server.AddProductsAsync(Machinery.NewService(_store, _clock), Organization, "b", "c");
        var second = new Noting();

        await using var later = await StartAsync(second);
        await later.AddProductsAsync("d");
        await Noting.HeardAsync(_store, "d");

        second.Heard.ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task Events_ThatASubscriberFailsAt_ComeAgainInOrderAndWhatItWroteIsUndone()
    {
        var subscriber = new Noting { FailsAt = "b" };
        await using var server = await StartAsync(subscriber);

        await server.AddProductsAsync("a", "b", "c");
        await Noting.HeardAsync(_store, "c");

        subscriber.Heard.Distinct().ShouldBe(["a", "b", "c"]);
        var written = await new ResourceReader(AllKinds.Catalog, _store, Organization, Token)
            .ListAsync<Product>(Condition.And());
        written.Count(product => product.Name == "heard").ShouldBe(3);
    }

    [Fact]
    public async Task Sweep_OfEventsThatASubscriberHasNotHandled_KeepsThem()
    {
        var subscriber = new Noting();
        await using (var server = await StartAsync(subscriber))
        {
            await server.AddProductsAsync("a");
            await Noting.HeardAsync(_store, "a");
        }
        var resources = Machinery.NewService(_store, _clock);
        _clock.Advance(Duration.FromDays(1));
        await Server.AddProductsAsync(resources, Organization, "b");
        _clock.Advance(Duration.FromDays(100));
        var events = new ChangeEventSource(
            _store, resources, new EventRetention(Duration.FromDays(28), _clock),
            new Subscriptions(resources, _store, AccessKeyResource.Installation), [subscriber]);

        await events.ForgetAsync(Organization, Token);

        var unread = new Noting();
        await using var later = await StartAsync(unread);
        await Noting.HeardAsync(_store, "b");
        unread.Heard.ShouldBe(["b"]);
    }

    private Task ListAsync(string organizationId) => Machinery.NewService(_store, _clock).ChangeAsync(
        AccessKeyResource.Installation, "test", Token, async change => await change.PutAsync(
            InstalledOrganizationResource.Definition, null, new InstalledOrganization { Id = organizationId }));

    private async Task<Server> StartAsync(IEventSubscriber subscriber)
    {
        var news = new EventNews();
        var resources = Machinery.NewService(_store, _clock, news);
        var pumps = new EventPumps(
            [subscriber], new Subscriptions(resources, _store, AccessKeyResource.Installation), _store, news,
            TimeProvider.System, NullLogger<EventPumps>.Instance);
        await pumps.StartAsync(Token);
        if (subscriber is Noting noting)
            await noting.JoinedAsync(_store);
        return new Server(pumps, resources, news);
    }

    private sealed record Server(EventPumps Pumps, ResourceService Resources, EventNews News) : IAsyncDisposable
    {
        internal Task AddProductsAsync(params string[] names) => AddProductsAsync(Resources, Organization, names);

        internal static async Task AddProductsAsync(
            ResourceService resources, string organizationId, params string[] names)
        {
            foreach (var name in names)
                await resources.CreateAsync(
                    ProductResource.Definition, organizationId, "test", new Product { Name = name, Code = name },
                    Token);
        }

        internal Task RenameAsync(string code) =>
            Resources.ChangeAsync(Organization, "test", Token, async change =>
            {
                var products = await change.Related.ListAsync<Product>(Condition.Equal("code", code));
                return await change.PutAsync(
                    ProductResource.Definition, products[0], products[0] with { Name = "renamed" });
            });

        public async ValueTask DisposeAsync()
        {
            await Pumps.StopAsync(default);
            Pumps.Dispose();
        }
    }

    /// <summary>Notes the products that it hears of, and writes one for each.</summary>
    private sealed class Noting : IEventSubscriber
    {
        private int _failures;

        public string Name { get; init; } = "noting";

        public IReadOnlyList<string>? EventNames { get; init; }

        /// <summary>The product at which it fails, once.</summary>
        internal string? FailsAt { get; init; }

        internal bool HasFailed => _failures > 0;

        internal ConcurrentQueue<string> Heard { get; } = new();

        public async ValueTask HandleAsync(ResourceChange change, IReadOnlyList<ChangeEvent> events)
        {
            foreach (var heard in events)
            {
                var product = System.Text.Json.Nodes.JsonNode.Parse(heard.Json.Span)!["newDto"]!;
                if ((string)product["name"]! == "heard")
                    continue;
                var code = (string)product["code"]!;
                await change.CreateAsync(
                    ProductResource.Definition, new Product { Name = "heard", Code = $"heard-{code}" });
                if (code == FailsAt && (Interlocked.Increment(ref _failures) == 1 || code == "a"))
                    throw new InvalidOperationException("a fault");
                Heard.Enqueue(code);
            }
        }

        /// <summary>Returns when what it wrote on hearing of a product is committed.</summary>
        internal static Task HeardAsync(IDocumentStore store, string code) => UntilAsync(async () =>
            (await new ResourceReader(AllKinds.Catalog, store, Organization, Token)
                .ListAsync<Product>(Condition.Equal("code", $"heard-{code}"))).Count == 1);

        internal Task JoinedAsync(IDocumentReader store) => UntilAsync(async () =>
            await store.FindAsync(Subscriptions.Kind, AccessKeyResource.Installation, Name, Token) is not null);

        /// <summary>Returns when its position is that of the newest event.</summary>
        internal Task HasHandledAllAsync(IDocumentReader store) => UntilAsync(async () =>
        {
            var newest = await store.QueryAsync(
                ChangeEvents.Kind, Organization, new DocumentQuery { Limit = 1 }, Token);
            var position = await store.FindAsync(Subscriptions.Kind, Organization, Name, Token);
            return position is not null
                && System.Text.Encoding.UTF8.GetString(position.Json.Span).Contains(newest[0].Id);
        });

        internal static async Task UntilAsync(Func<ValueTask<bool>> isMet)
        {
            while (!await isMet())
            {
                Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }
}
