using System.Diagnostics;
using DuckDB.NET.Data;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Meters;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

/// <summary>
/// Queries that do not come through the check of the text (<see cref="CustomSqlTests"/>), tried on the sandbox itself.
/// </summary>
public sealed class SandboxTests(SandboxTests.Empty empty) : IClassFixture<SandboxTests.Empty>
{
    private static readonly SandboxColumn[] Columns =
    [
        new("ts"), new("uid"), new("region"),
        new("seats", new DataField { Category = DataFieldCategory.Measure, Code = "seats", Name = "seats" }),
    ];

    /// <summary>Queries that reach for something other than the table, or are not queries.</summary>
    public static TheoryData<string> Reaching { get; } =
    [
        "SELECT COUNT(*) FROM read_csv('/etc/passwd')",
        "SELECT COUNT(*) FROM read_csv_auto('/etc/passwd')",
        "SELECT LENGTH(content) FROM read_text('/etc/passwd')",
        "SELECT COUNT(*) FROM read_blob('/etc/passwd')",
        "SELECT COUNT(*) FROM read_json('/etc/passwd')",
        "SELECT COUNT(*) FROM read_parquet('x.parquet')",
        "SELECT COUNT(*) FROM '/etc/passwd'",
        "SELECT COUNT(*) FROM \"/etc/passwd\"",
        "SELECT COUNT(*) FROM 'https://example.com/x.csv'",
        "SELECT COUNT(*) FROM read_csv('https://example.com/x.csv')",
        "SELECT COUNT(*) FROM glob('/etc/*')",
        "SELECT COUNT(*) FROM sniff_csv('/etc/passwd')",
        "SELECT COUNT(*) FROM duckdb_settings()",
        "SELECT COUNT(*) FROM duckdb_secrets()",
        "SELECT COUNT(*) FROM duckdb_extensions()",
        "SELECT COUNT(*) FROM duckdb_databases()",
        "SELECT COUNT(*) FROM pragma_database_size()",
        "SELECT COUNT(*) FROM information_schema.tables",
        "SELECT COUNT(*) FROM sqlite_master",
        "SELECT COUNT(*) FROM pg_catalog.pg_class",
        "SELECT COUNT(*) FROM usage_1",
        "SELECT COUNT(*) FROM main.measurements",
        "SELECT COUNT(*) FROM memory.main.measurements",
        "SELECT COUNT(*) FROM query('SELECT 1')",
        "SELECT COUNT(*) FROM query_table('measurements')",
        "SELECT getenv('HOME')",
        "SELECT LENGTH(current_setting('secret_directory'))",
        "SELECT LENGTH(current_database())",
        "SELECT LENGTH(CURRENT_USER)",
        "SELECT LENGTH(CAST(CURRENT_TIMESTAMP AS VARCHAR))",
        "SELECT EXTRACT(epoch FROM now())",
        "SELECT random()",
        "SELECT LENGTH(version())",
        "SELECT nextval('x')",
        "SELECT pg_sleep(10)",
        "SELECT sleep_ms(10000)",
        "SELECT getvariable('x')",
        "SELECT write_log('x')",
        "COPY measurements TO 'stolen.csv'",
        "COPY (SELECT 1) TO 'stolen.csv'",
        "COPY measurements FROM '/etc/passwd'",
        "EXPORT DATABASE 'stolen'",
        "IMPORT DATABASE 'stolen'",
        "ATTACH 'stolen.duckdb'",
        "ATTACH ':memory:' AS other",
        "DETACH memory",
        "USE system",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '10GB'",
        "SET lock_configuration = false",
        "RESET memory_limit",
        "PRAGMA memory_limit = '10GB'",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "CREATE TABLE x AS SELECT 1",
        "CREATE SECRET (TYPE s3)",
        "CREATE FUNCTION f(x) AS x",
        "DROP TABLE measurements",
        "DELETE FROM measurements",
        "INSERT INTO measurements SELECT * FROM measurements",
        "UPDATE measurements SET seats = 1",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "CHECKPOINT",
        "VACUUM",
        "EXPLAIN SELECT 1",
        "DESCRIBE measurements",
        "SUMMARIZE measurements",
        "SHOW TABLES",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY measurements TO 'stolen.csv'",
        "",
    ];

    /// <summary>Queries that would need time or memory without bound.</summary>
    public static TheoryData<string> Exploding { get; } =
    [
        "SELECT COUNT(*) FROM range(1000000000000)",
        "SELECT COUNT(*) FROM generate_series(1, 1000000000000)",
        "SELECT COUNT(*) FROM measurements, range(1000000000000)",
        "SELECT LENGTH(repeat('x', 1000000000))",
        "SELECT LENGTH(lpad('x', 1000000000, 'x'))",
        "SELECT LENGTH(string_agg(a.uid)) FROM measurements a, measurements b",
        "SELECT list_sum(list(a.seats)) FROM measurements a, measurements b",
        "SELECT list_aggregate(range(1000000000), 'sum')",
        "SELECT SUM(list_sum(range(100000000))) FROM measurements",
        "SELECT SUM(x) FROM (SELECT unnest(range(1000000000)) x)",
        "SELECT [x for x in range(1000000000)][1]",
        "SELECT MAX(seats, 1000000000) FROM measurements",
        "SELECT regexp_matches('" + new string('a', 1000) + "', '(a*)*b')",
        "WITH RECURSIVE t AS (SELECT 1 n UNION ALL SELECT n + 1 FROM t) SELECT SUM(n) FROM t",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n FROM t, measurements) SELECT COUNT(*) FROM t",
        "SELECT COUNT(*) FROM (VALUES (1)) x",
        "SELECT COUNT(*) FROM measurements GROUP BY CUBE(ts, uid, region, seats)",
        "SELECT COUNT(*) FROM (PIVOT measurements ON uid USING SUM(seats))",
        "SELECT FIRST_VALUE(seats IGNORE NULLS) OVER (ORDER BY ts) FROM measurements",
        "SELECT LAG(seats IGNORE NULLS) OVER (ORDER BY ts) FROM measurements",
        "SELECT COUNT(DISTINCT uid) OVER (ORDER BY ts) FROM measurements",
        "SELECT SUM(seats) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES) "
            + "FROM measurements",
        $"SELECT '{new string('a', 300)}' LIKE '{Repeat("%a", 20)}_b'",
        $"SELECT COUNT(*) FROM measurements WHERE uid LIKE region",
        $"SELECT MAX(LENGTH(u)) FROM {Repeat("(SELECT u||u||u||u u FROM ", 20)}measurements{Repeat(")", 20)}",
        // What a name stands for is copied to where it is used, again and again.
        $"SELECT {Repeat("NULLIF(", 40)}seats{Repeat(", 1)", 40)} FROM measurements",
        $"SELECT seats a0, {Join(40, n => $"a{n} + a{n} a{n + 1}")} FROM measurements",
        $"WITH c0 AS (SELECT 1 x FROM measurements), {Join(40, n => $"c{n + 1} AS (SELECT a.x FROM c{n} a, c{n} b)")} "
            + "SELECT COUNT(*) FROM c40",
        $"SELECT COUNT(*) FROM {Repeat("(SELECT x+x x FROM ", 40)}(SELECT seats x FROM measurements){Repeat(")", 40)} "
            + "WHERE x > 1",
        $"SELECT {Repeat("(SELECT ", 60)}1{Repeat(")", 60)}",
        $"SELECT {Repeat("(SELECT ", 40)}1{Repeat(")", 40)}",
        "SELECT COUNT(*) FROM measurements WHERE seats IN "
            + $"{Repeat("(SELECT seats FROM measurements WHERE seats IN ", 15)}(1){Repeat(")", 15)}",
        $"SELECT 1{Repeat("+1", 900)}",
        $"SELECT {Repeat("NOT ", 450)}true",
        $"SELECT COUNT(*) FROM measurements{Repeat(" JOIN measurements USING (uid)", 60)}",
        $"SELECT COUNT(*) FROM measurements{Repeat(", measurements", 100)}",
        $"SELECT {Join(140, n => $"UPPER(uid) u{n}")} FROM measurements",
    ];

    /// <summary>Queries with a result that depends on the columns that they read, or that is not exact.</summary>
    public static TheoryData<string> Misleading { get; } =
    [
        "SELECT COUNT(DISTINCT m) FROM measurements m",
        "SELECT COUNT(DISTINCT measurements) FROM measurements",
        "SELECT (SELECT 1 AS m) + COUNT(DISTINCT m) FROM measurements m",
        "SELECT SUM(b) FROM measurements AS m(a, b)",
        "SELECT LAG(seats, 1, 0.0000004) OVER (ORDER BY ts) FROM measurements",
        "SELECT LEAD(seats, 1, seats * 0.5) OVER (ORDER BY ts) FROM measurements",
        "SELECT seats // 2 FROM measurements",
        "SELECT CAST(seats AS FLOAT) FROM measurements",
        "SELECT seats::REAL FROM measurements",
    ];

    /// <summary>Queries that are allowed, and take too much of what is limited.</summary>
    public static TheoryData<string> Running { get; } =
    [
        "SELECT COUNT(*) FROM measurements a, measurements b, measurements c WHERE a.seats + b.seats + c.seats = 3",
        "SELECT COUNT(*) FROM measurements a JOIN measurements b ON a.seats < b.seats",
        "SELECT SUM(a.seats * b.seats) FROM measurements a, measurements b, measurements c",
        "SELECT MAX(r) FROM (SELECT ROW_NUMBER() OVER (ORDER BY a.seats + b.seats) r "
            + "FROM measurements a, measurements b)",
        "SELECT COUNT(*) FROM (SELECT a.uid, b.uid v FROM measurements a, measurements b GROUP BY ALL)",
        "SELECT COUNT(*) FROM (SELECT DISTINCT a.uid, b.uid v FROM measurements a, measurements b)",
        "SELECT COUNT(*) FROM measurements a, measurements b WHERE UPPER(a.uid) < LOWER(b.uid)",
        "SELECT COUNT(*) FROM measurements a WHERE EXISTS "
            + "(SELECT 1 FROM measurements b, measurements c WHERE b.seats + c.seats > a.seats * 1000000)",
        "SELECT COUNT(*) FROM (SELECT a.seats FROM measurements a, measurements b ORDER BY a.seats * b.seats "
            + "LIMIT 9999999)",
    ];

    /// <summary>Large or nested, but harmless.</summary>
    public static TheoryData<string> Harmless { get; } =
    [
        $"SELECT COUNT(*) FROM measurements WHERE seats IN ({Join(500, n => $"{n}")})",
        // Just within the limits.
        $"SELECT {Repeat("(SELECT ", 8)}1{Repeat(")", 8)}",
        $"SELECT COUNT(*) FROM measurements m0 WHERE {Repeat(
            "EXISTS (SELECT 1 FROM measurements m WHERE m.seats = m0.seats AND ", 8)}true{Repeat(")", 8)}",
        $"SELECT COUNT(*) FROM {Repeat("(SELECT x FROM ", 38)}(SELECT seats x FROM measurements){Repeat(")", 38)} "
            + "WHERE x > 1",
        $"SELECT COUNT(*) FROM {Repeat("(SELECT x+1 x FROM ", 20)}(SELECT seats x FROM measurements){Repeat(")", 20)} "
            + "WHERE x > 1",
        $"SELECT MAX({Repeat("NULLIF(", 7)}seats{Repeat(", 1)", 7)}) FROM measurements",
        $"SELECT MAX(a7) FROM (SELECT seats a0, {Join(7, n => $"a{n} + a{n} a{n + 1}")} FROM measurements)",
        $"WITH c0 AS (SELECT seats x FROM measurements), {Join(8, n => $"c{n + 1} AS (SELECT x FROM c{n})")} "
            + "SELECT COUNT(*) FROM c8",
        $"SELECT MAX(seats{Repeat("+1", 58)}) FROM measurements",
        $"SELECT {Repeat("- ", 900)}1",
        $"SELECT {Repeat("(", 900)}MAX(seats){Repeat(")", 900)} FROM measurements",
        $"SELECT MAX({Repeat("ABS(", 50)}seats{Repeat(")", 50)}) FROM measurements",
        $"SELECT COUNT(*) FROM measurements WHERE {Join(60, n => $"(seats = {n} AND uid = '{n}')", " OR ")}",
        $"SELECT COUNT(*) FROM measurements WHERE uid NOT LIKE '{Repeat("%a", 100)}b'",
    ];

    [Theory]
    [MemberData(nameof(Reaching))]
    [MemberData(nameof(Exploding))]
    [MemberData(nameof(Misleading))]
    public void Query_BehindTheCheckOfItsText_IsRefusedBeforeItRuns(string sql)
    {
        var watch = Stopwatch.StartNew();

        Should.Throw<CustomSqlException>(() => empty.Sandbox.Check(sql, Columns.Select(column => column.Name)))
            .Message.ShouldNotBeEmpty();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        File.Exists("stolen.csv").ShouldBeFalse();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"error": 1}""")]
    public void Tree_OfAnUnknownForm_IsRefused(string json) =>
        Should.Throw<CustomSqlException>(() => SqlTree.Check(json, [])).Message
            .ShouldBe("uses syntax that is not supported");

    // Without any check: the settings of the database must suffice.
    [Theory]
    [MemberData(nameof(Reaching))]
    public void Query_WithoutAnyCheck_ReachesNothing(string sql)
    {
        using var sandbox = Filled(rows: 10);
        var before = Directory.GetFileSystemEntries(Environment.CurrentDirectory);

        try
        {
            // What is left to be seen are numbers about the database itself.
            sandbox.Run(sql, TestContext.Current.CancellationToken)?.ShouldBeLessThan(1_000_000_000_000m);
        }
        catch (CustomSqlException)
        {
            // Most fail.
        }

        Directory.GetFileSystemEntries(Environment.CurrentDirectory).ShouldBe(before, ignoreOrder: true);
    }

    [Theory]
    [InlineData("SELECT COUNT(*) FROM read_csv('/etc/passwd')", "file system operations are disabled")]
    [InlineData("SELECT LENGTH(content) FROM read_text('/etc/passwd')", "file system operations are disabled")]
    [InlineData("SELECT COUNT(*) FROM glob('/etc/*')", "file system operations are disabled")]
    [InlineData("SELECT COUNT(*) FROM read_csv('https://example.com/x.csv')", "disabled")]
    [InlineData("COPY measurements TO 'stolen.csv'", "file system operations are disabled")]
    [InlineData("ATTACH ':memory:' AS other", "must be a single SELECT statement")]
    [InlineData("SET memory_limit = '10GB'", "must be a single SELECT statement")]
    [InlineData("INSTALL httpfs", "must be a single SELECT statement")]
    public void Query_WithoutAnyCheck_FailsByTheSettings(string sql, string expected)
    {
        using var sandbox = Filled(rows: 10);

        Should.Throw<CustomSqlException>(() => sandbox.Run(sql, TestContext.Current.CancellationToken))
            .Message.ShouldContain(expected);
    }

    [Theory]
    [MemberData(nameof(Running))]
    public void Query_OfTooMuch_EndsWithinItsLimits(string sql)
    {
        using var sandbox = Filled();
        sandbox.Check(sql, Columns.Select(column => column.Name));
        var before = ResidentMegabytes();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var watch = Stopwatch.StartNew();

        // An interruption shows as a failure of the query or as a cancelled operation.
        Should.Throw<Exception>(() => sandbox.Run(sql, timeout.Token)).ShouldBeAssignableTo<CustomSqlException>();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(6));
        (ResidentMegabytes() - before).ShouldBeLessThan(400);
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public void Query_LargeButHarmless_Runs(string sql)
    {
        using var sandbox = Filled();
        sandbox.Check(sql, Columns.Select(column => column.Name));

        sandbox.Run(sql, TestContext.Current.CancellationToken).ShouldNotBeNull();
    }

    private static SqlSandbox Filled(int rows = 100_000)
    {
        var sandbox = new SqlSandbox(megabytes: 128);
        sandbox.MakeTable(Columns, "DECIMAL(38,6)");
        using var source = new DuckDBConnection("DataSource=:memory:");
        source.Open();
        using var appender = sandbox.Append();
        ChunkReader.Read(
            source,
            $"""
            SELECT TIMESTAMP '2026-01-01' + INTERVAL (range) MINUTE, 'uid-' || range, 'eu', range::DECIMAL(38,6)
            FROM range({rows})
            """,
            chunk => appender.Add(chunk.Data), TestContext.Current.CancellationToken);
        appender.Complete();
        return sandbox;
    }

    private static long ResidentMegabytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 / 1_000_000;
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Join(int count, Func<int, string> item, string separator = ", ") =>
        string.Join(separator, Enumerable.Range(0, count).Select(item));

    /// <summary>A sandbox for queries that are not run.</summary>
    public sealed class Empty : IDisposable
    {
        internal SqlSandbox Sandbox { get; } = new(megabytes: 128);

        /// <inheritdoc/>
        public void Dispose() => Sandbox.Dispose();
    }
}
