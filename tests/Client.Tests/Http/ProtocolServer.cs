using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tallystick.Client.Tests.Http;

/// <summary>A request that arrived.</summary>
internal sealed record ReceivedRequest(string Line, string Authorization, string ContentType, string Body);

/// <summary>
/// A server that speaks the protocol and answers what the test says. Tokens it gives by itself, numbered.
/// </summary>
internal sealed class ProtocolServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();
    private readonly ConcurrentQueue<ReceivedRequest> _received = new();
    private int _tokens;

    private ProtocolServer(WebApplication app) => _app = app;

    /// <summary>Answers when no other answer is left.</summary>
    internal Func<HttpContext, string, Task> Otherwise { get; set; } = (context, _) => WriteAsync(context, 200, "{}");

    /// <summary>What a token request is answered.</summary>
    internal Func<HttpContext, Task>? Token { get; set; }

    internal int TokenCount => _tokens;

    internal int TokenLife { get; set; } = 18000;

    internal IReadOnlyList<ReceivedRequest> Received => [.. _received];

    internal Uri Address => new(_app.Urls.Single());

    internal static async Task<ProtocolServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var server = new ProtocolServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    internal TallystickClient Client(
        TimeProvider? time = null, int retries = 2, string? token = null, TimeSpan? timeout = null) => new(
        new TallystickSettings
        {
            BaseUrl = Address,
            OrganizationId = "org",
            AccessKeyId = "key",
            ApiSecret = "secret",
            Token = token,
            Time = time ?? new ManualTime(),
            MaxRetries = retries,
            Timeout = timeout ?? TimeSpan.FromSeconds(60),
        });

    internal void Answer(int status, string body, params (string Name, string Value)[] headers) =>
        _answers.Enqueue(context =>
        {
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            return WriteAsync(context, status, body);
        });

    /// <summary>Breaks the connection in place of an answer.</summary>
    internal void Break() => _answers.Enqueue(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    internal void Answer(Func<HttpContext, Task> answer) => _answers.Enqueue(answer);

    internal static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (context.Request.Path == "/oauth/token")
        {
            var number = Interlocked.Increment(ref _tokens);
            await (Token?.Invoke(context) ?? WriteAsync(
                context, 200, $$"""{"access_token":"token-{{number}}","expires_in":{{TokenLife}}}"""));
            return;
        }
        _received.Enqueue(new(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.Authorization.ToString(), context.Request.ContentType ?? "", body));
        await (_answers.TryDequeue(out var answer) ? answer(context) : Otherwise(context, body));
    }
}
