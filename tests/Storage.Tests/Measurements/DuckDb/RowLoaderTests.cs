using System.Text;
using DuckDB.NET.Data;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

public sealed class RowLoaderTests : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:;threads=4");
    private readonly RowLoader _loader;

    public RowLoaderTests()
    {
        _connection.Open();
        _connection.Execute("CREATE TABLE t (n BIGINT, text VARCHAR)");
        _loader = new RowLoader(_connection);
    }

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(300_000)]
    public void Insert_OfChunksAndRowGroups_KeepsEachRowOnceAndInOrder(int rows)
    {
        _loader.Insert("t", new Numbered(rows));
        _loader.Insert("t", new Numbered(rows));

        Scalar("SELECT count(*) FROM t").ShouldBe(2L * rows);
        Scalar($"SELECT count(*) FROM t WHERE n = rowid % {Math.Max(rows, 1)}").ShouldBe(2L * rows);
        Scalar("SELECT count(*) FROM t WHERE text IS NOT DISTINCT FROM CASE n % 3 WHEN 0 THEN repeat('é', n % 40) "
            + "WHEN 1 THEN n::VARCHAR END").ShouldBe(2L * rows);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    [InlineData(299_008)]
    public void Insert_ThatFails_TellsWhyAndLeavesNoTrace(int failingRow)
    {
        using (_connection.BeginTransaction())
        {
            _loader.Insert("t", new Numbered(10));
            var fault = Should.Throw<IOException>(() => _loader.Insert("t", new Numbered(300_000, failingRow)));
            fault.Message.ShouldStartWith("The measurement store cannot be written: ");
            fault.Message.ShouldContain("The row is missing.");
            fault.InnerException.ShouldBeOfType<InvalidDataException>();
        }
        Scalar("SELECT count(*) FROM t").ShouldBe(0L);

        _loader.Insert("t", new Numbered(5000));
        Scalar("SELECT count(*) FROM t").ShouldBe(5000L);
    }

    [Fact]
    public void Insert_OfColumnsThatTheTableDoesNotHave_Fails()
    {
        _connection.Execute("CREATE TABLE other (n BIGINT)");

        Should.Throw<IOException>(() => _loader.Insert("other", new Numbered(1)));
        Should.Throw<IOException>(() => _loader.Insert("nowhere", new Numbered(1)));
        _loader.Insert("t", new Numbered(1));
    }

    [Fact]
    public void Function_WhileNothingIsLoaded_HasNoRows() =>
        Should.Throw<DuckDBException>(() => _connection.Execute("INSERT INTO t SELECT * FROM rows_to_load()"))
            .Message.ShouldContain("No rows are being loaded.");

    private object? Scalar(string sql)
    {
        using var command = _connection.Command(sql);
        return command.ExecuteScalar();
    }

    // A third of the texts is missing; the others are shorter and longer than what the engine keeps in place.
    private sealed class Numbered(int count, int failingRow = -1) : IRowSource
    {
        public IReadOnlyList<ColumnType> Types => [ColumnType.Int64, ColumnType.Text];

        public int Count => count;

        public void Write(ChunkWriter chunk, int first, int count)
        {
            var isPresent = chunk.Presence(1);
            isPresent.Clear();
            for (var row = 0; row < count; row++)
            {
                var number = first + row;
                if (number == failingRow)
                    throw new InvalidDataException("The row is missing.");
                chunk.Values<long>(0)[row] = number;
                if (number % 3 == 2)
                    continue;
                var text = number % 3 == 0 ? new string('é', number % 40) : $"{number}";
                chunk.Text(1, row, Encoding.UTF8.GetBytes(text));
                isPresent[row >> 6] |= 1UL << (row & 63);
            }
        }
    }
}
