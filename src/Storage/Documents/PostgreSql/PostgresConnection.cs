using Npgsql;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>Parses PostgreSQL connection strings and URLs.</summary>
public static class PostgresConnection
{
    private const string Examples =
        "'Host=localhost;Database=tallystick;Username=tallystick;Password=...' or "
        + "'postgresql://tallystick:...@localhost:5432/tallystick'";

    // Options whose libpq names differ from those of Npgsql. Others differ only in underscores instead of spaces.
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["hostaddr"] = "Host",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["connect_timeout"] = "Timeout",
        ["client_encoding"] = "Client Encoding",
    };

    /// <summary>The validated connection string.</summary>
    /// <exception cref="StoreUnavailableException">It is malformed. The message never contains a password.</exception>
    public static string Read(string text)
    {
        try
        {
            var isUri = text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase)
                || text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase);
            var connection = isUri ? OfUri(text) : new NpgsqlConnectionStringBuilder(text);
            return connection is { Host.Length: > 0 }
                ? connection.ConnectionString
                : throw new ArgumentException("It contains no host.");
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException)
        {
            throw new StoreUnavailableException(
                $"TALLYSTICK_POSTGRES must be a PostgreSQL connection string such as {Examples}. "
                + FirstLine(malformed.Message), malformed);
        }
    }

    private static NpgsqlConnectionStringBuilder OfUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri))
            throw new ArgumentException("The URL is malformed: percent-encode special characters.");
        var user = uri.UserInfo.Split(':', 2);
        var connection = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0)
            connection.Port = uri.Port;
        if (user[0].Length > 0)
            connection.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            connection.Password = Uri.UnescapeDataString(user[1]);
        if (uri.AbsolutePath.Length > 1)
            connection.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = parameter.Split('=', 2) is [var before, var after]
                ? (before, Uri.UnescapeDataString(after)) : (parameter, "");
            name = Uri.UnescapeDataString(name);
            // Npgsql writes values such as verify-full without the hyphen.
            connection[Names.GetValueOrDefault(name, name.Replace('_', ' '))] =
                name.Equals("sslmode", StringComparison.OrdinalIgnoreCase)
                    ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return connection;
    }

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();
}
