using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

public sealed class AccountSumsTests : IDisposable
{
    private const int Rows = 500_000;

    private readonly DuckDBConnection _connection = new("DataSource=:memory:;threads=4");

    public AccountSumsTests()
    {
        _connection.Open();
        AccountSums.Register(_connection);
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData("i // 10000")] // long runs
    [InlineData("i // 33")]
    [InlineData("i % 7")]
    [InlineData("hash(i) % 100000")]
    [InlineData("0")]
    public void Sums_OfSortedAndMixedAccounts_AreThoseOfTheEngine(string account)
    {
        string[] values =
        [
            "((hash(i) % 1999999999999)::BIGINT - 999999999999) * 0.999999", "999999999999.999999",
            "-999999999999.999999", "CASE WHEN i % 5 > 0 THEN i END", "CASE WHEN i < 250000 THEN 0 END",
        ];
        foreach (var value in values)
        {
            Fill(account, value);
            using var command = _connection.Command(
                "SELECT a, sum(v)::VARCHAR FROM t WHERE v IS NOT NULL GROUP BY a ORDER BY a");
            var expected = command.Read(row => (Account: row.GetInt32(0), Units: Units(row.GetString(1))));
            Sums("SELECT account_sums(a, v) FROM t").OrderBy(sum => sum.Account).SequenceEqual(expected)
                .ShouldBeTrue(value);
        }
    }

    [Fact]
    public void Sums_OfNoValues_AreNone()
    {
        Fill("i % 3", "NULL");

        Sums("SELECT account_sums(a, v) FROM t").ShouldBeEmpty();
        Sums("SELECT account_sums(a, v) FROM t WHERE a > 5").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "0.000001")]
    [InlineData("-1500000", "-1.5")]
    [InlineData("9999999999999999999999999999", "9999999999999999999999.999999")]
    [InlineData("-10000000000000000000000000000", "-10000000000000000000000")]
    [InlineData("9999999999999999999999999999000000", "9999999999999999999999999999")]
    public void Sum_AsNumber_IsExactAndWithoutZerosAtItsEnd(string units, string expected) =>
        ExactDecimal.OfNarrow(Units(units)).ToString(CultureInfo.InvariantCulture).ShouldBe(expected);

    [Theory]
    [InlineData("10000000000000000000000000001")]
    [InlineData("-99999999999999999999999999999999999999")]
    public void Sum_OfMoreThan28Digits_IsRefusedInsteadOfRounded(string units) =>
        Should.Throw<OverflowException>(() => ExactDecimal.OfNarrow(Units(units)));

    private void Fill(string account, string value) => _connection.Execute(
        $"""
        CREATE OR REPLACE TABLE t AS
        SELECT ({account})::INTEGER AS a, ({value})::DECIMAL(18,6) AS v FROM range({Rows}) range(i)
        """);

    private List<(int Account, Int128 Units)> Sums(string sql)
    {
        List<(int Account, Int128 Units)> sums = [];
        ChunkReader.Read(
            _connection, sql,
            chunk =>
            {
                foreach (var sum in AccountSums.Read(chunk.Text(0, 0)))
                    sums.Add((sum.Account, sum.Units));
            },
            TestContext.Current.CancellationToken);
        return sums;
    }

    private static Int128 Units(string text) =>
        Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
