using Microsoft.AspNetCore.Http;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Client;
using Tallystick.Console.SignIn;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Api;

/// <summary>
/// The API for the page of a request: in the organization of its address, with the rights of the person signed in.
/// </summary>
public sealed class OrganizationApi(IApiGate gate, Tokens tokens)
{
    // Never resolved: requests go to the gate.
    private static readonly Uri Inside = new("http://tallystick.invalid");

    private HttpContext? _context;
    private Caller? _caller;
    private Task<DateTimeZone>? _zone;

    /// <summary>The names of what the page refers to, each read once.</summary>
    public NameBook Names { get; } = new();

    /// <summary>Called after each request to the API.</summary>
    public event Action? Sent;

    /// <summary>UUID of the organization in the address.</summary>
    public string OrganizationId => (_caller ?? throw NotBegun()).OrganizationId;

    /// <summary>The person signed in, as the API knows it.</summary>
    public Caller Caller => _caller ?? throw NotBegun();

    /// <summary>The API.</summary>
    public TallystickClient Client { get => field ?? throw NotBegun(); private set; }

    /// <summary>Cancelled if the browser goes away.</summary>
    public CancellationToken Cancelled => (_context ?? throw NotBegun()).RequestAborted;

    /// <summary>What the page has sent so far.</summary>
    public IReadOnlyList<SentCall> Calls { get; private set; } = [];

    /// <summary>The time zone of the organization, in which pages show dates.</summary>
    public Task<DateTimeZone> ZoneAsync() => _zone ??= ReadZoneAsync();

    /// <summary>Whether the person may run an operation, such as <c>POST products</c>.</summary>
    /// <param name="operation">Method and path below the organization, as in the API document.</param>
    /// <param name="id">The entity of the path; null if any will do.</param>
    public ValueTask<bool> MayAsync(string operation, string? id = null) =>
        gate.MayAsync(Caller, operation, id, Cancelled);

    /// <summary>What an operation does in words, such as "Create a product"; null if there are none.</summary>
    /// <param name="operation">Method and path below the organization, as in the API document.</param>
    public string? WordsOf(string operation) => gate.Tasks.FirstOrDefault(one => one.Operation == operation)?.Words;

    /// <summary>Shows a request that a form of the page would send.</summary>
    /// <param name="operation">Method and path below the organization, such as <c>PUT products/{id}</c>.</param>
    /// <param name="id">The id in the path; null for none.</param>
    /// <param name="body">The JSON; null for none.</param>
    public void Announce(string operation, string? id, string? body)
    {
        var space = operation.IndexOf(' ', StringComparison.Ordinal);
        var path = operation[(space + 1)..].Replace("{id}", id ?? "ID", StringComparison.Ordinal);
        Calls = [.. Calls, new SentCall(operation[..space], $"/organizations/{OrganizationId}/{path}", body)];
        Sent?.Invoke();
    }

    /// <summary>Reads a file by the URL that the API gave for it, which works without a token.</summary>
    /// <param name="url">The URL.</param>
    public async Task<string> ReadFileAsync(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Inside, HereOf(url)));
        using var response = await gate.SendAsync(request, Cancelled);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancelled);
    }

    /// <summary>
    /// A URL that the API gave for a file, as an address on this server: the browser may know it by another name.
    /// </summary>
    public static string HereOf(string url) => new Uri(url).PathAndQuery;

    /// <summary>The address of a page of the organization.</summary>
    /// <param name="path">Path below the organization, such as <c>products/…</c>; empty for the dashboard.</param>
    public string To(string path) => path.Length == 0 ? $"/org/{OrganizationId}" : $"/org/{OrganizationId}/{path}";

    internal void Begin(HttpContext context, string organizationId)
    {
        var login = context.Person()!.Login;
        _context = context;
        _caller = new Caller(organizationId, Access.Credentials.PrincipalType.User, login.Id, null);
        string? token = null;
        Client = new TallystickClient(
            new HttpClient(new GateHandler(gate, this), disposeHandler: true),
            new TallystickSettings
            {
                BaseUrl = Inside,
                OrganizationId = organizationId,
                // Somebody waits for the page.
                MaxRetries = 0,
                TokenSource = async cancellation =>
                    token ??= await tokens.IssueAsync(login, organizationId, cancellation),
            });
    }

    private async Task<DateTimeZone> ReadZoneAsync()
    {
        // Everybody sees dates, also people who may not read the configuration: for them, in UTC.
        if (!await MayAsync("GET organizationconfig"))
            return DateTimeZone.Utc;
        var config = await Client.OrganizationConfig.GetAsync(Cancelled);
        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(config.Timezone) ?? DateTimeZone.Utc;
    }

    private static InvalidOperationException NotBegun() => new("The page has no organization in its address.");

    /// <summary>Hands requests to the gate and notes them for the page.</summary>
    private sealed class GateHandler(IApiGate gate, OrganizationApi api) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isJson = request.Content?.Headers.ContentType?.MediaType == "application/json";
            var body = isJson ? await request.Content!.ReadAsStringAsync(cancellationToken) : null;
            api.Calls = [.. api.Calls, new SentCall(request.Method.Method, request.RequestUri!.PathAndQuery, body)];
            api.Sent?.Invoke();
            return await gate.SendAsync(request, cancellationToken);
        }
    }
}
