using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.PostgreSql;

namespace Tallystick.Server.Hosting;

/// <summary>Checks settings that would otherwise fail late or with an error message of a library.</summary>
internal static class Settings
{
    private const string Postgres = "TALLYSTICK_POSTGRES";

    /// <summary>Checks the addresses and the sign-in provider, and normalizes the PostgreSQL connection.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid; the message names it.</exception>
    internal static void Check(IConfiguration configuration)
    {
        foreach (var url in (configuration["urls"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!ServerUrls.IsUrl(url.Trim()))
                throw new StoreUnavailableException(
                    $"--urls must be addresses such as {ServerHost.DefaultUrl}, separated by ';', not '{url}'.");
        }
        OidcSettings.From(configuration);
        if (configuration[Postgres] is { Length: > 0 } connection)
            configuration[Postgres] = PostgresConnection.Read(connection);
    }
}
