using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>
/// Base of the conformance suite: each part of it is an abstract class that runs on both engines, each test with a
/// store of its own.
/// </summary>
public abstract class DocumentStoreSuite(StoreEngine engine) : IAsyncLifetime
{
    protected const string Acme = "acme";
    protected const string Other = "other";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected StoreEngine Engine => engine;

    protected string Address { get; private set; } = "";

    protected IDocumentStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Address = await engine.CreateAsync();
        Store = await engine.OpenAsync(Address, [Accounts.Kind], Token);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await engine.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the store and opens it again, as a restart with these kinds would.</summary>
    protected async Task ReopenAsync(params IReadOnlyList<DocumentKind> kinds)
    {
        await Store.DisposeAsync();
        Store = await engine.OpenAsync(Address, kinds.Count == 0 ? [Accounts.Kind] : kinds, Token);
    }

    protected Task ChangeAsync(Func<IDocumentTransaction, ValueTask> work, string organization = Acme) =>
        Store.TransactAsync(
            organization,
            async change =>
            {
                await work(change);
                return true;
            },
            Token);

    protected Task InsertAsync(params IReadOnlyList<DocumentWrite> writes) => InsertIntoAsync(Acme, writes);

    protected Task InsertIntoAsync(string organization, params IReadOnlyList<DocumentWrite> writes) => ChangeAsync(
        async change =>
        {
            foreach (var write in writes)
                await change.InsertAsync(Accounts.Kind, organization, write, Token);
        },
        organization);

    protected Task<bool> UpdateAsync(long expectedVersion, DocumentWrite write) => Store.TransactAsync(
        Acme, change => change.UpdateAsync(Accounts.Kind, Acme, expectedVersion, write, Token), Token);

    protected Task<bool> DeleteAsync(string id) =>
        Store.TransactAsync(Acme, change => change.DeleteAsync(Accounts.Kind, Acme, id, Token), Token);

    protected async Task<Document?> FindAsync(string id, string organization = Acme) =>
        await Store.FindAsync(Accounts.Kind, organization, id, Token);

    protected Task<List<string>> IdsAsync(Condition where) => IdsAsync(new DocumentQuery { Where = where });

    protected async Task<List<string>> IdsAsync(DocumentQuery? query = null, string organization = Acme)
    {
        var found = await Store.QueryAsync(Accounts.Kind, organization, query ?? new DocumentQuery(), Token);
        return [.. found.Select(document => document.Id)];
    }
}
