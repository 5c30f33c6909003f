using System.Reflection;
using System.Text;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting.Backups;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Storage;

namespace Tallystick.Server.Hosting;

/// <summary>A command line option: a setting or a command.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">
/// Placeholder of its value, in capitals. In square brackets, such as <c>[ID]</c>, if the value is optional; null if
/// there is no value.
/// </param>
/// <param name="Description">What it does.</param>
internal sealed record CommandLineOption(string Name, string? Value, string Description)
{
    internal bool IsCalled(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>
/// Parses and checks the command line. Unknown options are refused, because a mistyped option would otherwise be
/// ignored.
/// </summary>
internal static class CommandLine
{
    private const string HelpOption = "--help";
    private const string VersionOption = "--version";

    /// <summary>Writes the API document to a file; for development.</summary>
    internal const string WriteOpenApiOption = "--write-openapi";

    /// <summary>Settings: environment variables, or options with the prefix <c>--</c>.</summary>
    internal static IReadOnlyList<CommandLineOption> Settings { get; } =
    [
        new("TALLYSTICK_DATA", "DIR", "data directory (default ./data)"),
        new("TALLYSTICK_POSTGRES", "CONNECTION", "PostgreSQL database for configuration and bills"),
        new("TALLYSTICK_ORG_ID", "UUID", "organization id for the first start"),
        new("TALLYSTICK_ACCESS_KEY_ID", "ID", "access key id for the first start"),
        new("TALLYSTICK_API_SECRET", "SECRET", "API secret for the first start"),
        new("TALLYSTICK_ADMIN_EMAIL", "ADDRESS", "e-mail address of the first person (default admin@localhost)"),
        new("TALLYSTICK_ADMIN_PASSWORD", "PASSWORD", "first password of that person, to be changed at the sign-in"),
        new("TALLYSTICK_SESSION_IDLE_MINUTES", "MINUTES", "unused time that ends a console session (default 720)"),
        new("TALLYSTICK_SESSION_HOURS", "HOURS", "longest time of a console session (default 168)"),
        new("TALLYSTICK_OIDC_ISSUER", "URL", "OpenID Connect provider for signing in to the console"),
        new("TALLYSTICK_OIDC_CLIENT_ID", "ID", "id that the provider knows the server by"),
        new("TALLYSTICK_OIDC_CLIENT_SECRET", "SECRET", "secret that goes with it"),
        new("TALLYSTICK_OIDC_NAME", "NAME", "name of the provider on the sign-in page (default: its host)"),
        new("TALLYSTICK_OIDC_TRUST_EMAIL", "BOOL", "whether addresses without email_verified count as verified"),
        new("TALLYSTICK_OIDC_ONLY", "BOOL", "whether only the first person may sign in with a password"),
        new("TALLYSTICK_EVENT_DAYS", "DAYS", "days to keep events (default 28)"),
        new("TALLYSTICK_SMTP", "URL", "mail server for invitations"),
        new("TALLYSTICK_MAIL_FROM", "ADDRESS", "sender address of invitations"),
        new("TALLYSTICK_PUBLIC_URL", "URL", "public URL of the server, for links"),
        new("TALLYSTICK_MEASUREMENT_MEMORY", "MB", "memory of the measurement store (default: a share of RAM)"),
        new("TALLYSTICK_MEASUREMENT_THREADS", "COUNT", "threads of the measurement store (default: by processors)"),
        new("TALLYSTICK_UID_MEMORY", "MB", "memory of the uid index (default: a share of RAM)"),
        new("TALLYSTICK_BODY_SECONDS", "SECONDS", "timeout for receiving a request body (default 30)"),
        new("TALLYSTICK_MAX_CONNECTIONS", "COUNT", "max open connections (default 10000, or the file handle limit)"),
        new("TALLYSTICK_MAX_CONNECTIONS_PER_SOURCE", "COUNT", "max open connections per source (default: half)"),
        new("TALLYSTICK_HEADER_SECONDS", "SECONDS", "timeout for receiving request headers (default 15)"),
        new("TALLYSTICK_MAX_QUERIES", "COUNT", "max concurrent usage queries (default: two per processor)"),
        new("TALLYSTICK_QUERY_SECONDS", "SECONDS", "timeout for a usage query (default 60)"),
        new("TALLYSTICK_SQL_SECONDS", "SECONDS", "processor time of a CUSTOM_SQL query (default 10)"),
        new("TALLYSTICK_SQL_MEMORY", "MB", "memory of a CUSTOM_SQL query (default 128)"),
        new("TALLYSTICK_SQL_ROWS", "COUNT", "max measurements that a CUSTOM_SQL query reads (default 1000000)"),
        new("TALLYSTICK_AUTOMATIC_ACCOUNTS", "COUNT", "max accounts created by measurements per hour (default 20000)"),
        new("TALLYSTICK_METRICS_URL", "URL", "address of /metrics (default: the address of the API)"),
        new("TALLYSTICK_METRICS_TOKEN", "TOKEN", "bearer token required by /metrics"),
        new("TALLYSTICK_FONTS", "FILES", "font files for scripts that invoices need"),
    ];

    /// <summary>Options that are not settings.</summary>
    internal static IReadOnlyList<CommandLineOption> Options { get; } =
    [
        new("--urls", "URLS", $"addresses to listen on, separated by ';' (default {ServerHost.DefaultUrl})"),
        new(BackupCommand.Option, "DIR", "back up the data directory to DIR, while the server runs, and exit"),
        new(RestoreAdministrator.Option, "[ID]", "add an administrator to a locked-out organization, and exit"),
        new(DataDirectory.AcceptLossOption, null, "start once on a data directory with missing data"),
        new(HelpOption, null, "show this help and exit"),
        new(VersionOption, null, "show the version and exit"),
    ];

    /// <summary>The version of the product and, in brackets, the commit it was built from.</summary>
    internal static string Version
    {
        get
        {
            var version = typeof(CommandLine).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
            return version.Length == 1 ? version[0] : $"{version[0]} ({version[1][..Math.Min(version[1].Length, 7)]})";
        }
    }

    private static CommandLineOption WriteOpenApi { get; } = new(WriteOpenApiOption, "FILE", "");

    private static IEnumerable<CommandLineOption> Known =>
        Options.Concat(Settings.Select(setting => setting with { Name = "--" + setting.Name }));

    /// <summary>Mutually exclusive options that determine what the program does. At most one can be given.</summary>
    private static IReadOnlyList<string> Commands { get; } =
        [BackupCommand.Option, RestoreAdministrator.Option, DataDirectory.AcceptLossOption, WriteOpenApiOption];

    /// <summary>The argument after an option.</summary>
    internal static string ValueOf(IReadOnlyList<string> args, string option) =>
        args[args.Index().First(arg => arg.Item == option).Index + 1];

    /// <summary>Text to print for options such as <c>--help</c>; null if there are none.</summary>
    internal static string? Answer(IReadOnlyList<string> args) =>
        args.Contains(HelpOption) || args.Contains("-h") ? Help
        : args.Contains(VersionOption) ? $"Tallystick {Version}"
        : null;

    /// <summary>
    /// Normalizes options that are not settings: name in the listed case, value as a separate argument.
    /// </summary>
    internal static string[] Normalize(IReadOnlyList<string> args) => [.. args.SelectMany(Normalize)];

    private static string[] Normalize(string arg)
    {
        var parts = arg.Split('=', 2);
        var option = Options.Append(WriteOpenApi).FirstOrDefault(known => known.IsCalled(parts[0]));
        if (option is null)
            return [arg];
        // Keep an unexpected value attached, so that Check refuses it.
        return option.Value is null ? [option.Name + arg[parts[0].Length..]] : [option.Name, .. parts[1..]];
    }

    /// <summary>Checks the arguments.</summary>
    /// <exception cref="StoreUnavailableException">
    /// An option is unknown, lacks its value or cannot be combined with another; the message names it.
    /// </exception>
    internal static void Check(IReadOnlyList<string> args)
    {
        var commands = args.Where(Commands.Contains).ToList();
        if (commands.Count > 1)
            throw new StoreUnavailableException($"{commands[0]} cannot be combined with {commands[1]}.");
        for (var at = 0; at < args.Count; at++)
        {
            var (name, inline) = args[at].Split('=', 2) is [var before, var after] ? (before, after) : (args[at], null);
            var option = Known.Append(WriteOpenApi).FirstOrDefault(known => known.IsCalled(name))
                ?? throw new StoreUnavailableException(
                    $"Unknown option '{name}'. Known options: {string.Join(", ", Known.Select(known => known.Name))}. "
                    + $"{HelpOption} explains them.");
            if (option.Value is null && inline is not null)
                throw new StoreUnavailableException($"{option.Name} takes no value.");
            if (option.Value is null || inline is not null)
                continue;
            var hasValue = at + 1 < args.Count && !args[at + 1].StartsWith("--", StringComparison.Ordinal)
                && (args[at + 1].Length > 0 || !Commands.Contains(option.Name));
            if (!hasValue && !option.Value.StartsWith('['))
                throw new StoreUnavailableException($"{option.Name} requires a value: {option.Name} {option.Value}");
            at += hasValue ? 1 : 0;
        }
    }

    private static string Help
    {
        get
        {
            var text = new StringBuilder($"""
                Tallystick {Version}: usage metering, pricing and billing.

                dotnet run -c Release --project src/Server -- [options]

                Options:

                """);
            Append(text, Options);
            text.Append("""

                Settings, as environment variables or as options such as --TALLYSTICK_DATA DIR:

                """);
            Append(text, Settings);
            return text.ToString().TrimEnd();
        }
    }

    private static void Append(StringBuilder text, IEnumerable<CommandLineOption> options)
    {
        foreach (var option in options)
            text.Append("  ").Append($"{option.Name} {option.Value}".PadRight(38)).Append(' ')
                .AppendLine(option.Description);
    }
}
