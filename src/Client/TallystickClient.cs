using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Tallystick.Client;

/// <summary>
/// The client of the Tallystick API. Its properties have the operations, by resource. It can be used by many threads at
/// once; make one and keep it.
/// </summary>
public sealed partial class TallystickClient : IDisposable
{
    private readonly HttpClient? _own;

    /// <summary>A client with connections of its own, which are closed when it is disposed.</summary>
    public TallystickClient(TallystickSettings settings)
        : this(NewHttpClient(), settings, isOwn: true)
    {
    }

    /// <summary>A client that sends with the given <see cref="HttpClient"/>, for instance one of a factory.</summary>
    [ActivatorUtilitiesConstructor]
    public TallystickClient(HttpClient http, TallystickSettings settings)
        : this(http, settings, isOwn: false)
    {
    }

    private TallystickClient(HttpClient http, TallystickSettings settings, bool isOwn)
        : this(new ApiConnection(new ApiTransport(http, settings), settings.OrganizationId)) =>
        _own = isOwn ? http : null;

    private TallystickClient(ApiConnection api) => Api = api;

    /// <summary>UUID of the organization that the operations are about.</summary>
    public string? OrganizationId => Api.OrganizationId;

    internal ApiConnection Api { get; }

    /// <summary>A client of the environment variables, see <see cref="TallystickSettings.FromEnvironment"/>.</summary>
    public static TallystickClient FromEnvironment() => new(TallystickSettings.FromEnvironment());

    /// <summary>A client of another organization, with the same credentials and connections.</summary>
    public TallystickClient ForOrganization(string organizationId) =>
        new(Api with { OrganizationId = organizationId });

    /// <summary>Reads a file that the API refers to, such as a statement.</summary>
    /// <param name="url">The URL that the API returned.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>The content, which the caller disposes.</returns>
    public Task<Stream> DownloadAsync(string url, CancellationToken cancellationToken = default) =>
        Api.Transport.DownloadAsync(new Uri(url), cancellationToken);

    /// <summary>Sends a file to a URL that the API returned for an upload.</summary>
    /// <param name="url">The URL that the API returned.</param>
    /// <param name="headers">The headers that the API returned with it.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    public Task UploadAsync(
        string url, IReadOnlyDictionary<string, string>? headers, Stream content,
        CancellationToken cancellationToken = default) =>
        Api.Transport.UploadAsync(new Uri(url), headers, content, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _own?.Dispose();

    // The transport limits the time of each attempt. Connections are renewed so that changes of DNS are noticed.
    private static HttpClient NewHttpClient() => new(new SocketsHttpHandler
    {
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
