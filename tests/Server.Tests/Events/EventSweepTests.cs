using System.Text;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Events;

/// <summary>Old events are deleted without holding up who writes.</summary>
public sealed class EventSweepTests
{
    private const string Organization = "11111111-1111-1111-1111-111111111111";

    [Fact]
    public async Task Sweep_OfManyOldEvents_DeletesThemInShortChangesAndKeepsTheOthers()
    {
        var token = TestContext.Current.CancellationToken;
        var now = Instant.FromUtc(2026, 6, 1, 0, 0);
        using var directory = new TemporaryDirectory();
        await using var sqlite = await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [ChangeEvents.Kind], token);
        var store = new WatchedStore(sqlite);
        await AddAsync(store, now - Duration.FromDays(30), 1_100);
        await AddAsync(store, now - Duration.FromDays(1), 3);
        store.Largest = 0;

        var clock = new FakeClock(now);
        var resources = Machinery.NewService(store, clock);
        await new ChangeEventSource(
            store, resources, new EventRetention(Duration.FromDays(28), clock),
            new Subscriptions(resources, store, AccessKeyResource.Installation), [])
            .ForgetAsync(Organization, token);

        (await store.QueryAsync(ChangeEvents.Kind, Organization, new DocumentQuery(), token)).Count.ShouldBe(3);
        store.Largest.ShouldBeInRange(1, 500);
    }

    private static Task AddAsync(WatchedStore store, Instant time, int count) => store.TransactAsync(
        Organization,
        async transaction =>
        {
            for (var i = 0; i < count; i++)
            {
                var json = Encoding.UTF8.GetBytes(
                    """{"eventName":"configuration.account.created","resourceId":"1","newDto":{}}""");
                await transaction.AppendAsync(
                    ChangeEvents.Kind, Organization,
                    new DocumentWrite(
                        Guid.CreateVersion7(time.ToDateTimeOffset()).ToString(), 1, json,
                        ChangeEvents.Kind.ReadColumns(json)),
                    default);
            }
            return 0;
        },
        default);

    /// <summary>Notes how many documents the largest change has deleted.</summary>
    private sealed class WatchedStore(IDocumentStore store) : IDocumentStore
    {
        internal int Largest { get; set; }

        public ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            store.FindAsync(kind, organizationId, id, cancellationToken);

        public ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
            store.QueryAsync(kind, organizationId, query, cancellationToken);

        public async Task<T> TransactAsync<T>(
            string organizationId, Func<IDocumentTransaction, ValueTask<T>> work,
            CancellationToken cancellationToken)
        {
            var before = await CountAsync(organizationId);
            var result = await store.TransactAsync(organizationId, work, cancellationToken);
            Largest = Math.Max(Largest, before - await CountAsync(organizationId));
            return result;
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();

        private async Task<int> CountAsync(string organizationId) =>
            (await store.QueryAsync(ChangeEvents.Kind, organizationId, new DocumentQuery(), default)).Count;
    }
}
