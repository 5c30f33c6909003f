using DuckDB.NET.Data;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

public sealed class NarrowSumTests : IDisposable
{
    private const int Rows = 500_000;
    private const string Min = "-999999999999.999999";
    private const string Greatest = "999999999999.999999";

    private readonly DuckDBConnection _connection = new("DataSource=:memory:;threads=4");

    public NarrowSumTests()
    {
        _connection.Open();
        NarrowSum.Register(_connection);
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData("i // 10000")] // long runs
    [InlineData("i // 33")]
    [InlineData("i // 3")]
    [InlineData("i % 7")]
    [InlineData("hash(i) % 100000")]
    [InlineData("0")]
    public void Sum_OfSortedAndMixedGroups_IsThatOfTheEngine(string group)
    {
        string[] values =
        [
            "((hash(i) % 1999999999999)::BIGINT - 999999999999) * 0.999999", "i % 1000", Min, Greatest,
            $"CASE WHEN i % 5 = 0 THEN NULL ELSE {Greatest} END", "CASE WHEN i % 2 = 0 THEN 0.000001 ELSE -7 END",
        ];
        foreach (var value in values)
        {
            Fill(group, value);
            Differences("SELECT g, coalesce({0}, 0)::VARCHAR FROM t GROUP BY g").ShouldBe(0L, value);
            Differences("SELECT 0, {0}::VARCHAR FROM t").ShouldBe(0L, value);
            Differences("SELECT g, coalesce({0} FILTER (v > 5), 0)::VARCHAR FROM t GROUP BY g").ShouldBe(0L, value);
        }
    }

    [Fact]
    public void Sum_OfNoValues_IsZero()
    {
        Fill("i % 2", "CASE WHEN i % 2 = 0 THEN 1.5 END");

        Text("SELECT narrow_sum(v)::VARCHAR FROM t WHERE g = 1").ShouldBe("0.000000");
        Text("SELECT narrow_sum(v)::VARCHAR FROM t WHERE g > 1").ShouldBe("0.000000");
        Text("SELECT narrow_sum(v)::VARCHAR FROM t").ShouldBe("375000.000000");
    }

    private void Fill(string group, string value) => _connection.Execute(
        $"""
        CREATE OR REPLACE TABLE t AS
        SELECT ({group})::BIGINT AS g, ({value})::DECIMAL(18,6) AS v FROM range({Rows}) range(i)
        """);

    private long Differences(string query)
    {
        using var command = _connection.Command(
            $"""
            SELECT count(*) FROM (
                ({string.Format(null, query, "narrow_sum(v)")}) EXCEPT ALL ({string.Format(null, query, "sum(v)")}))
            """);
        return (long)command.ExecuteScalar()!;
    }

    private string Text(string query)
    {
        using var command = _connection.Command(query);
        return (string)command.ExecuteScalar()!;
    }
}
