using Tallystick.Resources.Documents;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>What was acknowledged survives the death of writer and server, and every change is whole.</summary>
public sealed class CrashTests
{
    private const int Acknowledgements = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sqlite_WriterKilled_KeepsEveryAcknowledgedDocument()
    {
        await using var engine = new SqliteEngine();
        var address = await engine.CreateAsync();
        for (var round = 0; round < 3; round++)
        {
            using var writer = new ChildProcess(CrashWriter.Command, engine.Name, address);
            var acknowledged = await ReadAsync(writer, Acknowledgements);
            await writer.KillAsync(Token);
            acknowledged.AddRange(await ReadAsync(writer, int.MaxValue));
            await VerifyAsync(engine, address, acknowledged);
            await ClearAsync(engine, address);
        }
    }

    [Fact]
    public async Task Postgres_WriterKilledAndServerCrashed_KeepsEveryAcknowledgedDocument()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        await using var engine = new PostgresEngine();
        var address = await cluster.CreateDatabaseAsync();
        using (var writer = new ChildProcess(CrashWriter.Command, engine.Name, address))
        {
            var acknowledged = await ReadAsync(writer, Acknowledgements);
            await writer.KillAsync(Token);
            acknowledged.AddRange(await ReadAsync(writer, int.MaxValue));
            await VerifyAsync(engine, address, acknowledged);
            await ClearAsync(engine, address);
        }

        using (var writer = new ChildProcess(CrashWriter.Command, engine.Name, address))
        {
            var acknowledged = await ReadAsync(writer, Acknowledgements);
            await cluster.CrashAsync();
            acknowledged.AddRange(await ReadAsync(writer, int.MaxValue));
            await cluster.StartAsync();
            await VerifyAsync(engine, address, acknowledged);
        }
    }

    [Fact]
    public async Task Postgres_ServerDown_IsUnavailableWithAClearMessage()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        await using var engine = new PostgresEngine();
        var address = await cluster.CreateDatabaseAsync();
        await cluster.CrashAsync();
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            engine.OpenAsync(address, [Accounts.Kind], Token));
        refusal.Message.ShouldStartWith("The PostgreSQL database test1 on ");
    }

    private static async Task<List<string>> ReadAsync(ChildProcess writer, int count)
    {
        var acknowledged = new List<string>();
        while (acknowledged.Count < count && await writer.ReadLineAsync(Token) is { } number)
            acknowledged.Add(number);
        return acknowledged;
    }

    private static async Task VerifyAsync(StoreEngine engine, string address, List<string> acknowledged)
    {
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(Acknowledgements);
        await using var store = await engine.OpenAsync(address, [Accounts.Kind], Token);
        var stored = await store.QueryAsync(Accounts.Kind, "acme", new DocumentQuery(), Token);
        var left = stored.Where(document => document.Id.StartsWith("left ")).Select(document => document.Id[5..]);
        var right = stored.Where(document => document.Id.StartsWith("right ")).Select(document => document.Id[6..]);
        left.ShouldBe(right);
        acknowledged.Except(left).ShouldBeEmpty();
    }

    /// <summary>Makes room for the next round, and shows that the store can be written after the crash.</summary>
    private static async Task ClearAsync(StoreEngine engine, string address)
    {
        await using var store = await engine.OpenAsync(address, [Accounts.Kind], Token);
        await store.TransactAsync(
            "acme",
            async change =>
            {
                foreach (var document in await change.QueryAsync(Accounts.Kind, "acme", new DocumentQuery(), Token))
                    await change.DeleteAsync(Accounts.Kind, "acme", document.Id, Token);
                return true;
            },
            Token);
    }
}
