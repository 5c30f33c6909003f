namespace Tallystick.Metering.Tests.Conformance;

/// <summary>Every measurement store passes the suite, and the suite lets no store with a fault pass.</summary>
public sealed class StoreConformanceTests
{
    [Fact]
    public Task DuckDb_UnderRandomLoads_IsAStore() => StoreSuite.RunAsync(DuckDbSubject.OpenAsync, runs: 3, steps: 25);

    [Fact]
    public Task MemoryStore_UnderRandomLoads_IsAStore() =>
        StoreSuite.RunAsync(() => Task.FromResult<IStoreSubject>(new MemoryStore()), runs: 20, steps: 60);

    [Fact]
    public async Task Store_WithAnyFault_IsFound()
    {
        foreach (var mutation in Enum.GetValues<StoreMutation>().Except([StoreMutation.None]))
        {
            var found = await Record.ExceptionAsync(() => StoreSuite.RunAsync(
                () => Task.FromResult<IStoreSubject>(new MemoryStore(mutation)), runs: 20, steps: 60));
            found.ShouldNotBeNull($"{mutation} was not found");
        }
    }
}
