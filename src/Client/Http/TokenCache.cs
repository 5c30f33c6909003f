using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;

namespace Tallystick.Client;

/// <summary>The bearer token of an access key, refreshed before it expires, once for all who wait for it.</summary>
internal sealed class TokenCache(TallystickSettings settings)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    // A token that was refused when it was new is refused for another reason than its age.
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private BearerToken? _token;
    private Task<BearerToken>? _refresh;

    /// <summary>The token.</summary>
    internal async Task<string> GetAsync(ApiTransport transport, CancellationToken cancellationToken)
    {
        Task<BearerToken> refresh;
        BearerToken? current;
        lock (_lock)
        {
            current = _token;
            if (current is not null && settings.Time.GetUtcNow() < current.RefreshAt)
                return current.Text;
            // On its own: a caller who gives up does not cancel it for the others.
            refresh = _refresh ??= Task.Run(() => RefreshAsync(transport), CancellationToken.None);
        }
        try
        {
            return (await refresh.WaitAsync(cancellationToken).ConfigureAwait(false)).Text;
        }
        catch (TallystickException) when (current is not null && settings.Time.GetUtcNow() < current.ExpiresAt)
        {
            return current.Text;
        }
    }

    /// <summary>Forgets a token that was refused.</summary>
    /// <returns>Whether another one may be accepted.</returns>
    internal bool Forget(string token)
    {
        lock (_lock)
        {
            if (_token is null || _token.Text != token)
                return true;
            if (settings.Time.GetUtcNow() - _token.ReceivedAt < Young)
                return false;
            _token = null;
            return true;
        }
    }

    private async Task<BearerToken> RefreshAsync(ApiTransport transport)
    {
        try
        {
            var answer = await RequestAsync(transport).ConfigureAwait(false);
            var token = BearerToken.Of(answer, settings.Time.GetUtcNow());
            lock (_lock)
                _token = token;
            return token;
        }
        finally
        {
            lock (_lock)
                _refresh = null;
        }
    }

    [ApiOperation("GenerateToken")]
    private Task<TokenAnswer> RequestAsync(ApiTransport transport)
    {
        var key = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.AccessKeyId}:{settings.ApiSecret}"));
        return new ApiConnection(transport, null).SendAsync<TokenAnswer>(
            ApiRequest.Token(new AuthenticationHeaderValue("Basic", key)), CancellationToken.None);
    }

    private sealed record BearerToken(
        string Text, DateTimeOffset ReceivedAt, DateTimeOffset RefreshAt, DateTimeOffset ExpiresAt)
    {
        internal static BearerToken Of(TokenAnswer answer, DateTimeOffset now)
        {
            var life = TimeSpan.FromSeconds(answer.ExpiresIn);
            // One that lives shortly is used for half of its life.
            var margin = life / 2 < Margin ? life / 2 : Margin;
            return new(answer.AccessToken, now, now + life - margin, now + life);
        }
    }

    internal sealed record TokenAnswer
    {
        [JsonPropertyName("access_token")]
        public string AccessToken { get; init; } = "";

        [JsonPropertyName("expires_in")]
        public long ExpiresIn { get; init; }
    }
}
