using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Caching;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>A document remembered is the one committed last.</summary>
public sealed class CachedDocumentStoreTests : IAsyncLifetime
{
    private const string Acme = "acme";

    private readonly SqliteEngine _engine = new();
    private readonly Terms _terms = new();
    private CountingStore _behind = null!;
    private CachedDocumentStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _behind = new CountingStore(await _engine.OpenAsync(await _engine.CreateAsync(), [Accounts.Kind], Token));
        _store = new CachedDocumentStore(_behind, _terms);
        await ChangeAsync(change => change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a", name: "1"), Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task Document_ReadTwice_IsReadFromTheStoreOnce()
    {
        (await NameAsync()).ShouldBe("1");
        (await NameAsync()).ShouldBe("1");
        _behind.Finds.ShouldBe(1);
    }

    [Fact]
    public async Task Document_Changed_IsReadAnew()
    {
        await NameAsync();
        await UpdateAsync(1);
        (await NameAsync()).ShouldBe("2");

        await ChangeAsync(async change => await change.DeleteAsync(Accounts.Kind, Acme, "a", Token));
        (await NameAsync()).ShouldBeNull();

        await ChangeAsync(change => change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a", name: "3"), Token));
        (await NameAsync()).ShouldBe("3");
        await ChangeAsync(async change =>
            await change.DeleteAllAsync(Accounts.Kind, Acme, Condition.Equal("name", "3"), Token));
        (await NameAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Documents_OfAnotherOrganization_AreRememberedWhileAndAfterManyAreDeleted()
    {
        await NameAsync();
        await _store.TransactAsync(
            "other",
            async change =>
            {
                await change.DeleteAllAsync(Accounts.Kind, "other", Condition.And(), Token);
                await NameAsync();
                return true;
            },
            Token);
        await NameAsync();
        _behind.Finds.ShouldBe(1);
    }

    [Fact]
    public async Task Document_ReadWhileManyAreDeleted_IsNotRemembered()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _behind.BeforeAnswer = () => reading.Task;
        var early = NameAsync();
        _behind.BeforeAnswer = null;
        await ChangeAsync(async change => await change.DeleteAllAsync(Accounts.Kind, Acme, Condition.And(), Token));
        reading.SetResult();

        (await early).ShouldBe("1");
        (await NameAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Document_WrittenAgainAfterManyWereDeleted_IsRememberedAsWrittenLast()
    {
        await NameAsync();
        await ChangeAsync(async change =>
        {
            await change.FindAsync(Accounts.Kind, Acme, "a", Token);
            await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", name: "2", version: 2), Token);
            await change.DeleteAllAsync(Accounts.Kind, Acme, Condition.And(), Token);
            (await change.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldBeNull();
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a", name: "3"), Token);
        });

        (await NameAsync()).ShouldBe("3");
    }

    [Fact]
    public async Task Document_ReplacedByWhoReadIt_IsRememberedAsReplaced()
    {
        await ChangeAsync(async change =>
        {
            await change.FindAsync(Accounts.Kind, Acme, "a", Token);
            await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", name: "2", version: 2), Token);
            Accounts.NameOf(await change.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldBe("2");
        });
        var stored = await _store.FindAsync(Accounts.Kind, Acme, "a", Token);
        _behind.Finds.ShouldBe(0);

        _terms.Term = 0;
        var again = await _store.FindAsync(Accounts.Kind, Acme, "a", Token);
        (stored!.Version, stored.Sequence, Accounts.NameOf(stored))
            .ShouldBe((again!.Version, again.Sequence, Accounts.NameOf(again)));
    }

    [Fact]
    public async Task Document_ReplacedByTwoChangesTogether_IsRememberedAsTheLastLeftIt()
    {
        for (var version = 1L; version < 200; version += 2)
        {
            await Task.WhenAll(ReplaceAsync(), ReplaceAsync());
            (await _store.FindAsync(Accounts.Kind, Acme, "a", Token))!.Version.ShouldBe(version + 2);
        }

        Task ReplaceAsync() => ChangeAsync(async change =>
        {
            var found = (await change.FindAsync(Accounts.Kind, Acme, "a", Token))!;
            (await change.UpdateAsync(
                Accounts.Kind, Acme, found.Version, Accounts.Write("a", version: found.Version + 1), Token))
                .ShouldBeTrue();
        });
    }

    [Fact]
    public async Task Document_ChangedInVain_IsStillTheOldOne()
    {
        await NameAsync();
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", name: "2", version: 2), Token);
            (await NameAsync()).ShouldBe("1");
            throw new InvalidTimeZoneException();
        }));
        (await NameAsync()).ShouldBe("1");
    }

    [Fact]
    public async Task Document_ReadWhileItIsChanged_IsNotRemembered()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _behind.BeforeAnswer = () => reading.Task;
        var early = NameAsync();
        _behind.BeforeAnswer = null;
        await UpdateAsync(1);
        reading.SetResult();

        (await early).ShouldBe("1");
        (await NameAsync()).ShouldBe("2");
    }

    [Fact]
    public async Task Document_RememberedBeforeOthersMayHaveChangedIt_IsReadAnew()
    {
        await NameAsync();
        _terms.Term = 0;
        await NameAsync();
        await NameAsync();
        _behind.Finds.ShouldBe(3);

        _terms.Term = 2;
        await NameAsync();
        await NameAsync();
        _behind.Finds.ShouldBe(4);
    }

    [Fact]
    public async Task Document_ReadByManyWhileItChanges_IsNeverOlderThanTheLastAnswer()
    {
        const int Versions = 300;
        var answered = 1L;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            long seen;
            do
            {
                var least = Interlocked.Read(ref answered);
                seen = (await _store.FindAsync(Accounts.Kind, Acme, "a", Token))!.Version;
                seen.ShouldBeGreaterThanOrEqualTo(least);
            }
            while (seen < Versions);
        })).ToList();
        for (var version = 1; version < Versions; version++)
        {
            await UpdateAsync(version);
            Interlocked.Increment(ref answered);
        }
        await Task.WhenAll(readers);
    }

    private async Task<string?> NameAsync() =>
        Accounts.NameOf(await _store.FindAsync(Accounts.Kind, Acme, "a", Token));

    private Task UpdateAsync(long version) => ChangeAsync(async change => (await change.UpdateAsync(
        Accounts.Kind, Acme, version, Accounts.Write("a", name: $"{version + 1}", version: version + 1), Token))
        .ShouldBeTrue());

    private Task ChangeAsync(Func<IDocumentTransaction, ValueTask> work) => _store.TransactAsync(
        Acme,
        async change =>
        {
            await work(change);
            return true;
        },
        Token);

    private sealed class Terms : IExclusiveUse
    {
        public long Term { get; set; } = 1;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Counts what is asked of a store, and keeps answers back.</summary>
    private sealed class CountingStore(IDocumentStore store) : IDocumentStore
    {
        internal int Finds { get; private set; }

        internal Func<Task>? BeforeAnswer { get; set; }

        public async ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
        {
            Finds++;
            var wait = BeforeAnswer?.Invoke() ?? Task.CompletedTask;
            var found = await store.FindAsync(kind, organizationId, id, cancellationToken);
            await wait;
            return found;
        }

        public ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
            store.QueryAsync(kind, organizationId, query, cancellationToken);

        public Task<T> TransactAsync<T>(
            string organizationId, Func<IDocumentTransaction, ValueTask<T>> work,
            CancellationToken cancellationToken) =>
            store.TransactAsync(organizationId, work, cancellationToken);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
