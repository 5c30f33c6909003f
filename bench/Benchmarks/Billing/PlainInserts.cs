using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Billing;

/// <summary>What bills are compared with: prepared inserts of as many documents of the same size.</summary>
internal static class PlainInserts
{
    private const int BillsAtATime = 100;

    // The bill, the event that tells of it, what it was calculated from and how.
    private const int DocumentsPerBill = 4;

    /// <summary>Bills saved per second, durably.</summary>
    public static double Rate(string bill, int count)
    {
        using var file = new TemporaryDirectory();
        using var connection = new SqliteConnection(
            $"{new SqliteConnectionStringBuilder { DataSource = file.File("plain.db"), Pooling = false }}");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
        Execute(connection, "CREATE TABLE document (id text PRIMARY KEY, bill_date text, account text, json text)");
        Execute(connection, "CREATE INDEX document_account ON document (account)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO document VALUES (@id, '2025-02-01', @account, @json)";
        var (id, account) = (insert.Parameters.Add("@id", SqliteType.Text),
            insert.Parameters.Add("@account", SqliteType.Text));
        insert.Parameters.AddWithValue("@json", bill);
        insert.Prepare();
        var began = Stopwatch.GetTimestamp();
        for (var made = 0; made < count; made += BillsAtATime)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var document = 0; document < Math.Min(BillsAtATime, count - made) * DocumentsPerBill; document++)
            {
                (id.Value, account.Value) = ($"{Guid.NewGuid()}", $"{Guid.NewGuid()}");
                insert.ExecuteNonQuery();
            }
            transaction.Commit();
        }
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
