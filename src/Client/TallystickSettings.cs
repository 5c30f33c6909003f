namespace Tallystick.Client;

/// <summary>
/// Where the API is and who calls it. Clients that are made from the same settings share one bearer token.
/// </summary>
public sealed class TallystickSettings
{
    /// <summary>Settings of nothing but defaults.</summary>
    public TallystickSettings() => Tokens = new(this);

    /// <summary>
    /// Address of the API, such as <c>http://127.0.0.1:8080</c>. Default: the base address of the given
    /// <see cref="HttpClient"/>.
    /// </summary>
    public Uri? BaseUrl { get; init; }

    /// <summary>UUID of your organization.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Id of an access key. The client gets bearer tokens with it.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>Secret of the access key.</summary>
    public string? ApiSecret { get; init; }

    /// <summary>A bearer token to use in place of an access key. The client does not refresh it.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// Gets a bearer token for each request, in place of <see cref="Token"/> and of an access key. Null sends none, for
    /// a handler that adds it.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? TokenSource { get; init; }

    /// <summary>How long one attempt of a request may take. Default: 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is repeated after a failure that may pass. Default: 2.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal TokenCache Tokens { get; }

    /// <summary>
    /// The settings in the environment variables <c>TALLYSTICK_URL</c>, <c>TALLYSTICK_ORG_ID</c>,
    /// <c>TALLYSTICK_ACCESS_KEY_ID</c>, <c>TALLYSTICK_API_SECRET</c> and <c>TALLYSTICK_API_TOKEN</c>.
    /// </summary>
    public static TallystickSettings FromEnvironment() => From(Environment.GetEnvironmentVariable);

    internal static TallystickSettings From(Func<string, string?> variable) => new()
    {
        BaseUrl = variable("TALLYSTICK_URL") is { Length: > 0 } url ? new Uri(url) : null,
        OrganizationId = variable("TALLYSTICK_ORG_ID"),
        AccessKeyId = variable("TALLYSTICK_ACCESS_KEY_ID"),
        ApiSecret = variable("TALLYSTICK_API_SECRET"),
        Token = variable("TALLYSTICK_API_TOKEN") is { Length: > 0 } token ? token : null,
    };
}
