using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;

namespace Tallystick.Client;

/// <summary>Sends requests over HTTP, with credentials, and repeats those that may succeed later.</summary>
internal sealed class ApiTransport(HttpClient http, TallystickSettings settings)
{
    private static readonly string UserAgent =
        $"Tallystick/.NET {typeof(ApiTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0]}";

    private readonly string _baseAddress = (settings.BaseUrl ?? http.BaseAddress
        ?? throw new ArgumentException("The settings have no BaseUrl.", nameof(settings))).AbsoluteUri.TrimEnd('/');

    internal TimeProvider Time => settings.Time;

    /// <returns>The body of the answer to a success.</returns>
    internal async Task<byte[]> SendAsync(ApiRequest request, string address, CancellationToken cancellationToken)
    {
        var hasNewToken = false;
        for (var attempt = 0; ; attempt++)
        {
            var isLast = attempt >= settings.MaxRetries;
            var token = await TokenAsync(request, cancellationToken).ConfigureAwait(false);
            TimeSpan? advice = null;
            try
            {
                using var message = Message(request, address, token);
                using var response = await SendOnceAsync(message, cancellationToken).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                    return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                if (!hasNewToken && IsTokenRefused(request, response, token))
                {
                    hasNewToken = true;
                    attempt--;
                    continue;
                }
                if (isLast || !RetryRules.ShouldRetry(response, request.IsRepeatable))
                    throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
                advice = RetryRules.Advice(response, settings.Time.GetUtcNow());
            }
            catch (HttpRequestException failure)
            {
                if (isLast || !RetryRules.ShouldRetry(failure, request.IsRepeatable))
                    throw NoAnswer(failure);
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                if (isLast || !request.IsRepeatable)
                    throw new TallystickConnectionException($"The API did not answer within {settings.Timeout}.", late);
            }
            var wait = advice ?? RetryRules.Backoff(attempt, Random.Shared.NextDouble());
            await Task.Delay(wait, settings.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a file of a URL that the API returned.</summary>
    internal async Task<Stream> DownloadAsync(Uri url, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Get, url);
            response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
            var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            response = null;
            return content;
        }
        catch (HttpRequestException failure)
        {
            throw NoAnswer(failure);
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <summary>Sends a file to a URL that the API returned.</summary>
    internal async Task UploadAsync(
        Uri url, IReadOnlyDictionary<string, string>? headers, Stream file, CancellationToken cancellationToken)
    {
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StreamContent(file) };
            foreach (var (name, value) in headers ?? new Dictionary<string, string>())
            {
                if (!message.Headers.TryAddWithoutValidation(name, value))
                    message.Content.Headers.TryAddWithoutValidation(name, value);
            }
            using var response = await http.SendAsync(message, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await ErrorAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException failure)
        {
            throw NoAnswer(failure);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(settings.Timeout, settings.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        // Reads the whole answer, so that the time is limited for all of it.
        return await http.SendAsync(message, either.Token).ConfigureAwait(false);
    }

    private async ValueTask<string?> TokenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Authorization is not null)
            return null;
        if (settings.TokenSource is { } source)
            return await source(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (settings.Token is { } token)
            return token;
        return HasKey ? await settings.Tokens.GetAsync(this, cancellationToken).ConfigureAwait(false) : null;
    }

    private bool HasKey => !string.IsNullOrEmpty(settings.AccessKeyId) && !string.IsNullOrEmpty(settings.ApiSecret);

    // Also 403, which is the answer to a token that has expired or was revoked.
    private bool IsTokenRefused(ApiRequest request, HttpResponseMessage response, string? token) =>
        token is not null && request.Authorization is null && settings.TokenSource is null && settings.Token is null
        && response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        && settings.Tokens.Forget(token);

    private HttpRequestMessage Message(ApiRequest request, string address, string? token)
    {
        var message = new HttpRequestMessage(request.Method, _baseAddress + address) { Content = request.Content() };
        message.Headers.UserAgent.ParseAdd(UserAgent);
        message.Headers.Accept.ParseAdd("application/json");
        message.Headers.Accept.ParseAdd("*/*;q=0.5");
        message.Headers.Authorization =
            request.Authorization ?? (token is null ? null : new AuthenticationHeaderValue("Bearer", token));
        return message;
    }

    private static TallystickConnectionException NoAnswer(HttpRequestException failure) =>
        new($"The API did not answer: {failure.Message}", failure);

    private static async Task<TallystickApiException> ErrorAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return TallystickApiException.Of(response.StatusCode, Encoding.UTF8.GetString(body));
    }
}
