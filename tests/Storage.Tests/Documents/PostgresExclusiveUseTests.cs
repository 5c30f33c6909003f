using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.PostgreSql;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>A database belongs to one process at a time.</summary>
public sealed class PostgresExclusiveUseTests : PostgresDatabase
{
    [Fact]
    public async Task Database_InUse_IsRefusedAndFreeAfterwards()
    {
        await using (var first = await TakeAsync(TimeSpan.FromSeconds(30)))
        {
            first.Term.ShouldBe(1);
            var refusal = await Should.ThrowAsync<StoreUnavailableException>(TakeAsync(TimeSpan.FromMilliseconds(300)));
            refusal.Message.ShouldContain("in use by another Tallystick");
        }
        await using var second = await TakeAsync(TimeSpan.FromSeconds(30));
        second.Term.ShouldBe(1);
    }

    [Fact]
    public async Task Database_ThatIsMissing_IsUnavailable() =>
        (await Should.ThrowAsync<StoreUnavailableException>(PostgresExclusiveUse.TakeAsync(
            Address + ";Database=missing", TimeSpan.FromSeconds(30), Token))).Message.ShouldContain("missing");

    [Fact]
    public async Task SoleUse_WhoseConnectionIsLost_EndsAndBeginsAnew()
    {
        await using var use = await TakeAsync(TimeSpan.FromSeconds(30));
        await Engine.ExecuteAsync(
            Address,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() "
            + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            Token);

        while (use.Term != 2)
            await Task.Yield();
    }

    private Task<PostgresExclusiveUse> TakeAsync(TimeSpan patience) =>
        PostgresExclusiveUse.TakeAsync(Address, patience, Token);
}
