using System.Diagnostics;
using Npgsql;

namespace Tallystick.Testing;

/// <summary>
/// A PostgreSQL server of this process alone: in a temporary directory, reached by a socket in that directory and so
/// without a port. A guard stops and deletes it when the process ends, even when it is killed.
/// </summary>
public sealed class PostgresCluster : IDisposable
{
    // Left to its guard: to wait for that at the end of the process may take longer than the test runner allows.
    private static readonly Lazy<Task<PostgresCluster>> SharedCluster = new(() => StartNewAsync());

    // What is written outlives the server, though not the machine, in the system's cache: no test waits for the disk.
    private const string QuickSettings = "-c fsync=off -c shared_buffers=64MB";

    private readonly string _directory;
    private readonly Process _guard;
    private readonly string _settings;
    private int _databases;

    private PostgresCluster(string directory, Process guard, string settings) =>
        (_directory, _guard, _settings) = (directory, guard, settings);

    /// <summary>The cluster that the tests of this process share; started when first asked for.</summary>
    public static Task<PostgresCluster> Shared => SharedCluster.Value;

    /// <summary>Starts a further cluster, for a test that stops it or needs other settings.</summary>
    /// <param name="settings">Options of the program <c>postgres</c>.</param>
    public static async Task<PostgresCluster> StartNewAsync(string settings = QuickSettings)
    {
        // First, so that nothing is left behind where there is no PostgreSQL.
        var initdb = PostgresPrograms.CommandOf("initdb");
        var directory = Directory.CreateTempSubdirectory("tallystick-pg-").FullName;
        var cluster = new PostgresCluster(directory, StartGuard(directory), settings);
        try
        {
            await PostgresPrograms.HandOverAsync(directory);
            await PostgresPrograms.RunAsync(
            [
                .. initdb, "-D", cluster.Data, "-U", "tallystick", "-A", "trust",
                "-E", "UTF8", "--locale=C", "--no-instructions", "--no-sync",
            ]);
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Makes an empty database and returns how to connect to it.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        // Sorts as people do, so that a query that should sort by code point has to ask for it.
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'");
        return ConnectionString(name, pooling: true);
    }

    /// <summary>Deletes a database; nothing of it is written or cleaned up in the background afterwards.</summary>
    /// <param name="database">How to connect to it.</param>
    public Task DropDatabaseAsync(string database) =>
        ExecuteAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(database).Database} WITH (FORCE)");

    /// <summary>Stops the server as its crash would: nothing in its memory is written.</summary>
    public Task CrashAsync() => ControlAsync("stop", "-m", "immediate");

    /// <summary>Starts the server and waits until it answers.</summary>
    public Task StartAsync() => ControlAsync(
        "start", "-l", Path.Combine(_directory, "log"), "-o",
        $"-c listen_addresses= -c max_connections=300 {_settings} -k {_directory}");

    /// <summary>Stops the server and deletes it.</summary>
    public void Dispose()
    {
        if (!_guard.HasExited)
            _guard.StandardInput.Close();
        _guard.WaitForExit();
        _guard.Dispose();
    }

    /// <summary>The guard waits for the end of its input, which the death of this process brings about too.</summary>
    private static Process StartGuard(string directory)
    {
        var stop = string.Join(' ', PostgresPrograms.CommandOf("pg_ctl"));
        var script = $"trap '' HUP INT TERM; cd /; read -r line; {stop} -D \"$0/data\" -m immediate -w stop; "
            + "rm -rf \"$0\"";
        var start = new ProcessStartInfo("sh", ["-c", $"({script}) >/dev/null 2>&1", directory])
        {
            RedirectStandardInput = true,
        };
        return Process.Start(start)!;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = _directory,
        Username = "tallystick",
        Database = database,
        Pooling = pooling,
    }.ToString();

    private Task ControlAsync(params string[] arguments) => PostgresPrograms.RunAsync(
        [.. PostgresPrograms.CommandOf("pg_ctl"), "-D", Data, "-w", .. arguments]);
}
