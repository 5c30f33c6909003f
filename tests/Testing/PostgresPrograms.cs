using System.Diagnostics;

namespace Tallystick.Testing;

/// <summary>Finds the programs of PostgreSQL and runs them as a user that they accept.</summary>
internal static class PostgresPrograms
{
    /// <summary>PostgreSQL refuses to run as root; its packages bring this user.</summary>
    private const string SystemUser = "postgres";

    private static readonly Lazy<string> Folder = new(FindFolder);

    /// <summary>The words that start one of the programs, to be followed by its arguments.</summary>
    internal static IReadOnlyList<string> CommandOf(string program)
    {
        var path = Path.Combine(Folder.Value, program);
        return Environment.IsPrivilegedProcess ? ["runuser", "-u", SystemUser, "--", path] : [path];
    }

    /// <summary>Lets PostgreSQL write in the directory.</summary>
    internal static Task HandOverAsync(string directory) =>
        Environment.IsPrivilegedProcess ? RunAsync(["chown", SystemUser, directory]) : Task.CompletedTask;

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it wrote.</exception>
    internal static async Task RunAsync(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{string.Join(' ', command)} failed: {await output}{await errors}");
        }
    }

    private static string FindFolder()
    {
        const string packages = "/usr/lib/postgresql";
        var installed = Directory.Exists(packages)
            ? Directory.GetDirectories(packages).OrderDescending().Select(version => Path.Combine(version, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return installed.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException(
                "The tests need the programs of PostgreSQL (initdb, pg_ctl), which are missing: ./test installs them.");
    }
}
