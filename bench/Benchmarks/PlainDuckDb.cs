using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Benchmarks.Load;
using Tallystick.Testing;
using static Tallystick.Benchmarks.Reports.Report;

namespace Tallystick.Benchmarks;

/// <summary>A table of measurements in a DuckDB file of its own: what the engine does without the server.</summary>
internal sealed class PlainDuckDb : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly DuckDBConnection _connection;

    private PlainDuckDb()
    {
        _connection = new DuckDBConnection($"Data Source={_directory.File("plain.duckdb")}");
        _connection.Open();
    }

    /// <summary>Fills a table with as many measurements, alike in accounts, days, dimensions and values.</summary>
    public static PlainDuckDb Fill(long size, LocalDate month)
    {
        var plain = new PlainDuckDb();
        var days = month.Calendar.GetDaysInMonth(month.Year, month.Month);
        plain.Execute(FormattableString.Invariant($"""
            CREATE TABLE usage AS
            SELECT (hash(i) % {Workload.Accounts})::INTEGER AS account,
                TIMESTAMP '{month:uuuu-MM-dd} 00:00:00'
                    + to_microseconds((hash(i + 1) % {days * 86_400_000L})::BIGINT * 1000) AS ts,
                ((hash(i + 2) % 9999999)::BIGINT / 1000)::DECIMAL(18, 3) AS tokens,
                'model-' || hash(i + 3) % {Workload.Models} AS model,
                CASE WHEN hash(i + 4) % 2 = 0 THEN 'large' ELSE 'small' END AS size
            FROM range({size}) numbers(i)
            """));
        plain.Execute("CHECKPOINT");
        return plain;
    }

    /// <summary>Median time to sum by two dimensions and day, in milliseconds.</summary>
    public double TimeGroups(int runs)
    {
        var times = new List<double>();
        for (var run = 0; run < runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            Execute("SELECT model, size, date_trunc('day', ts) AS day, sum(tokens) FROM usage GROUP BY ALL");
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return Median(times);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _directory.Dispose();
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
            _ = Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture);
    }
}
