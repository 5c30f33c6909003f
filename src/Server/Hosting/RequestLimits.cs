using System.Globalization;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Resource limits of requests, so that no caller can exhaust the server. <c>docs/limits.md</c> lists all limits.
/// </summary>
internal sealed record RequestLimits
{
    /// <summary>Body size from which operations without a token refuse a request, in bytes.</summary>
    internal const int PublicBody = 16 * 1024;

    /// <summary>Body size from which configuration requests are refused, in bytes.</summary>
    internal const int ConfigurationBody = 2 * 1024 * 1024;

    private const int DefaultConnections = 10_000;
    private const int MinReserve = 256;

    /// <summary>
    /// Keep-alive timeout. Longer than the 60 to 90 seconds of clients and proxies, because a request could be in
    /// transit if the server closed the connection first.
    /// </summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(100);

    /// <summary>Timeout for receiving a request body.</summary>
    internal TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Timeout for receiving an uploaded file.</summary>
    internal TimeSpan UploadTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Timeout for the first byte of a connection, and for the headers of a request.</summary>
    internal TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Maximum number of open connections.</summary>
    internal int Connections { get; init; } = DefaultConnections;

    /// <summary>Maximum number of open connections per source; 0 for no limit other than the total.</summary>
    internal int ConnectionsPerSource { get; init; } = DefaultConnections / 2;

    /// <summary>Maximum number of concurrent usage queries.</summary>
    internal int Queries { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Timeout of a usage query, including the time that it waits to run.</summary>
    internal TimeSpan QueryTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Maximum number of usage queries that wait to run.</summary>
    internal int WaitingQueries => 4 * Queries;

    /// <summary>Limits of the queries of <c>CUSTOM_SQL</c> aggregations.</summary>
    internal CustomSqlOptions CustomSql { get; init; } = new();

    /// <summary>
    /// Maximum number of accounts that measurements can create per organization and hour; 0 for none.
    /// </summary>
    internal int AutomaticAccounts { get; init; } = 20_000;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    internal static RequestLimits From(IConfiguration configuration)
    {
        var defaults = new RequestLimits();
        var available = Available(FileHandles.Limit);
        var connections = Number(
            configuration, "TALLYSTICK_MAX_CONNECTIONS", Math.Min(DefaultConnections, available), 1, available);
        return new RequestLimits
        {
            BodyTime = Seconds(configuration, "TALLYSTICK_BODY_SECONDS", defaults.BodyTime),
            HeaderTime = Seconds(configuration, "TALLYSTICK_HEADER_SECONDS", defaults.HeaderTime),
            Connections = connections,
            ConnectionsPerSource = Number(
                configuration, "TALLYSTICK_MAX_CONNECTIONS_PER_SOURCE", Math.Max(1, connections / 2), 0, int.MaxValue),
            Queries = Number(configuration, "TALLYSTICK_MAX_QUERIES", defaults.Queries, 1, 1_000),
            QueryTime = Seconds(configuration, "TALLYSTICK_QUERY_SECONDS", defaults.QueryTime),
            CustomSql = CustomSqlFrom(configuration),
            AutomaticAccounts = Number(
                configuration, "TALLYSTICK_AUTOMATIC_ACCOUNTS", defaults.AutomaticAccounts, 0, int.MaxValue),
        };
    }

    private static CustomSqlOptions CustomSqlFrom(IConfiguration configuration)
    {
        var defaults = new CustomSqlOptions();
        return defaults with
        {
            Time = Seconds(configuration, "TALLYSTICK_SQL_SECONDS", defaults.Time),
            MemoryMegabytes = Number(
                configuration, "TALLYSTICK_SQL_MEMORY", defaults.MemoryMegabytes, CustomSqlOptions.MinMegabytes,
                1_000_000),
            MaxRows = Number(configuration, "TALLYSTICK_SQL_ROWS", defaults.MaxRows, 1, 1_000_000_000),
        };
    }

    /// <summary>
    /// Maximum number of connections for a number of file handles. The other handles are reserved for the files of the
    /// stores, because the process would fail without them.
    /// </summary>
    internal static int Available(int handles) => handles - Math.Max(handles / 4, Math.Min(MinReserve, handles / 2));

    /// <summary>Applies the limits to the web server.</summary>
    internal void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = HeaderTime;
            kestrel.Limits.KeepAliveTimeout = IdleTime;
            // The web server's own limit applies per address that it listens on, not in total.
            kestrel.ConfigureEndpointDefaults(listen =>
                listen.Use(listen.ApplicationServices.GetRequiredService<ConnectionLimit>().Guard));
        });
        // Logging each connection that is refused or aborted would let anybody fill the log.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
    }

    private static TimeSpan Seconds(IConfiguration configuration, string name, TimeSpan usual) =>
        TimeSpan.FromSeconds(Number(configuration, name, (int)usual.TotalSeconds, 1, 3_600));

    private static int Number(IConfiguration configuration, string name, int usual, int min, int max)
    {
        if (configuration[name] is not { Length: > 0 } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max
            ? number
            : throw new StoreUnavailableException(string.Create(
                CultureInfo.InvariantCulture, $"{name} must be an integer from {min} to {max}, not '{text}'."));
    }
}
