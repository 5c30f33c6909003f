using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Console.Api;
using Tallystick.Server.Api;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Hosting;

/// <summary>
/// Runs the requests of the console through the server's own pipeline, so that they are checked as those of everybody
/// else. Nothing goes over the network, which the server may not be able to reach itself through.
/// </summary>
internal sealed class ConsoleGate(IServiceScopeFactory scopes, CallerAccess access) : IApiGate
{
    private const string Organization = "/organizations/{orgId}/";

    private static readonly FrozenDictionary<string, ApiOperation> Operations = ApiOperations.All
        .Where(operation => operation.Path.StartsWith(Organization, StringComparison.Ordinal))
        .ToFrozenDictionary(operation => $"{operation.Method} {operation.Path[Organization.Length..]}");

    private RequestDelegate? _pipeline;

    public IReadOnlyList<ApiTask> Tasks { get; } =
    [
        .. Operations.Where(pair => pair.Value.Permission.Scope
                is not (PermissionScope.Nothing or PermissionScope.Public))
            .OrderBy(pair => pair.Value.Tag, StringComparer.Ordinal)
            .ThenBy(pair => pair.Value.Summary, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new ApiTask(
                pair.Key, pair.Value.Tag, pair.Value.Summary, [pair.Value.Permission, .. pair.Value.AlsoNeeds])),
    ];

    /// <summary>Takes the pipeline from here on for its own.</summary>
    internal void Join(IApplicationBuilder app) => app.Use(next => _pipeline = next);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var lifetime = new Lifetime(cancellationToken);
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        await FillAsync(context, request, cancellationToken);
        using var body = new MemoryStream();
        context.Response.Body = body;
        await _pipeline!(context);
        await context.Response.CompleteAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (lifetime.IsAborted)
            throw new HttpRequestException("The response ended early.");
        return ResponseOf(context.Response, body.ToArray(), request);
    }

    public async ValueTask<bool> MayAsync(
        Caller caller, string operation, string? id, CancellationToken cancellationToken)
    {
        var found = Operations.GetValueOrDefault(operation)
            ?? Operations.FirstOrDefault(one => IsCalled(one.Key, operation)).Value
            ?? throw new ArgumentException($"There is no operation {operation}.", nameof(operation));
        var grants = (await access.OfAsync(caller, cancellationToken)).Grants;
        return Holds(grants, found.Permission, id) && found.AlsoNeeds.All(needed => Holds(grants, needed, id));
    }

    public async ValueTask<PermissionAnswer?> AskAsync(
        Caller caller, ApiTask task, CancellationToken cancellationToken) =>
        (await access.OfAsync(caller, cancellationToken)).Principal is { } principal
            ? PermissionAnswer.Of(principal.Rules, task.Needs) : null;

    // Whether an operation with values in its path is the one with names in their place.
    private static bool IsCalled(string template, string operation)
    {
        var (names, values) = (template.Split('/'), operation.Split('/'));
        return names.Length == values.Length
            && names.Zip(values).All(part => part.First == part.Second || part.First.StartsWith('{'));
    }

    private static bool Holds(Grants grants, Permission permission, string? id)
    {
        if (permission.Scope is PermissionScope.Nothing or PermissionScope.Public)
            return true;
        var reach = grants.Of(permission);
        return permission.Scope switch
        {
            PermissionScope.Item when id is not null => reach.Holds(id),
            PermissionScope.Type => reach.IsWhole,
            _ => !reach.IsNone,
        };
    }

    private static async Task FillAsync(
        HttpContext context, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var request = context.Request;
        request.Method = message.Method.Method;
        request.Scheme = message.RequestUri!.Scheme;
        request.Host = HostString.FromUriComponent(message.RequestUri);
        request.Path = PathString.FromUriComponent(message.RequestUri);
        request.QueryString = QueryString.FromUriComponent(message.RequestUri);
        request.Protocol = HttpProtocol.Http11;
        // As a network would bring it: keys of lookup tables are read from it.
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = message.RequestUri.PathAndQuery;
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        foreach (var (name, values) in message.Headers)
            request.Headers.Append(name, values.ToArray());
        if (message.Content is not { } content)
            return;
        // Before the headers are copied: reading computes the length.
        request.Body = await content.ReadAsStreamAsync(cancellationToken);
        request.ContentLength = content.Headers.ContentLength;
        request.ContentType = content.Headers.ContentType?.ToString();
    }

    private static HttpResponseMessage ResponseOf(HttpResponse response, byte[] body, HttpRequestMessage request)
    {
        var message = new HttpResponseMessage((HttpStatusCode)response.StatusCode)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, values) in response.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray()))
                message.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return message;
    }

    /// <summary>Knows whether the server ended the response before it was complete.</summary>
    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _source;

        internal Lifetime(CancellationToken cancellationToken)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            RequestAborted = _source.Token;
        }

        public CancellationToken RequestAborted { get; set; }

        internal bool IsAborted { get; private set; }

        public void Abort()
        {
            IsAborted = true;
            _source.Cancel();
        }

        public void Dispose() => _source.Dispose();
    }
}
