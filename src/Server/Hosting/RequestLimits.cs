using System.Globalization;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting;

/// <summary>
/// How much of the server requests may take, so that no caller takes it from all others. <c>docs/limits.md</c> lists
/// every limit.
/// </summary>
internal sealed record RequestLimits
{
    /// <summary>First size of a body that operations without a token refuse, in bytes.</summary>
    internal const int PublicBody = 16 * 1024;

    /// <summary>First size of a body of configuration that is refused, in bytes.</summary>
    internal const int ConfigurationBody = 2 * 1024 * 1024;

    private const int DefaultConnections = 10_000;
    private const int MinReserve = 256;

    /// <summary>
    /// How long a connection may wait for its next request. Clients and proxies keep one for 60 to 90 seconds: if the
    /// server closed it first, a request could be on its way.
    /// </summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(100);

    /// <summary>How long a whole body may take to arrive.</summary>
    internal TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an uploaded file may take to arrive.</summary>
    internal TimeSpan UploadTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the first byte of a connection, and the headers of a request, may take to arrive.</summary>
    internal TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Open connections, at most.</summary>
    internal int Connections { get; init; } = DefaultConnections;

    /// <summary>Open connections of one source, at most; 0 for as many as there may be in total.</summary>
    internal int ConnectionsPerSource { get; init; } = DefaultConnections / 2;

    /// <summary>Usage queries that run at a time, at most.</summary>
    internal int Queries { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>How long a usage query may take, its wait included.</summary>
    internal TimeSpan QueryTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Usage queries that wait for others to end, at most.</summary>
    internal int WaitingQueries => 4 * Queries;

    /// <summary>Accounts per hour that measurements of one organization may create; 0 for none.</summary>
    internal int AutomaticAccounts { get; init; } = 20_000;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StoreUnavailableException">A given value cannot be used; the message says why.</exception>
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
            AutomaticAccounts = Number(
                configuration, "TALLYSTICK_AUTOMATIC_ACCOUNTS", defaults.AutomaticAccounts, 0, int.MaxValue),
        };
    }

    /// <summary>
    /// Connections that a number of file handles allows. The rest is for the files of the stores: without a handle for
    /// those the process would end.
    /// </summary>
    internal static int Available(int handles) => handles - Math.Max(handles / 4, Math.Min(MinReserve, handles / 2));

    /// <summary>Makes the web server keep them.</summary>
    internal void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.RequestHeadersTimeout = HeaderTime;
            kestrel.Limits.KeepAliveTimeout = IdleTime;
            // The web server's own limit counts for each address that it listens on.
            kestrel.ConfigureEndpointDefaults(listen =>
                listen.Use(listen.ApplicationServices.GetRequiredService<ConnectionLimit>().Guard));
        });
        // A line for each connection that is refused or cut off would let anybody fill the log.
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
