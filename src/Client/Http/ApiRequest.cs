using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Tallystick.Client;

/// <summary>A request below an organization, or from the root with a leading slash.</summary>
internal sealed class ApiRequest
{
    private const string Json = "application/json";

    private readonly string _path;
    private readonly StringBuilder _query = new();
    private ReadOnlyMemory<byte>? _body;

    private ApiRequest(HttpMethod method, EscapedPath path)
    {
        Method = method;
        _path = path.ToString();
        IsRepeatable = method != HttpMethod.Post;
    }

    internal HttpMethod Method { get; }

    /// <summary>Whether sending it twice has the effect of sending it once.</summary>
    internal bool IsRepeatable { get; private set; }

    internal string ContentType { get; private set; } = Json;

    /// <summary>In place of a bearer token.</summary>
    internal AuthenticationHeaderValue? Authorization { get; init; }

    internal bool IsInOrganization => !_path.StartsWith('/');

    internal static ApiRequest Get(EscapedPath path) => new(HttpMethod.Get, path);

    internal static ApiRequest Delete(EscapedPath path) => new(HttpMethod.Delete, path);

    internal static ApiRequest Delete<T>(EscapedPath path, T body) =>
        new ApiRequest(HttpMethod.Delete, path).Body(body);

    internal static ApiRequest Post(EscapedPath path) => new(HttpMethod.Post, path);

    internal static ApiRequest Post<T>(EscapedPath path, T body) => new ApiRequest(HttpMethod.Post, path).Body(body);

    internal static ApiRequest Post(EscapedPath path, ReadOnlyMemory<byte> body, string contentType) =>
        new(HttpMethod.Post, path) { _body = body, ContentType = contentType };

    internal static ApiRequest Put(EscapedPath path) => new(HttpMethod.Put, path);

    internal static ApiRequest Put<T>(EscapedPath path, T body) => new ApiRequest(HttpMethod.Put, path).Body(body);

    internal static ApiRequest Token(AuthenticationHeaderValue authorization) =>
        new(HttpMethod.Post, $"/oauth/token")
        {
            _body = """{"grant_type":"client_credentials"}"""u8.ToArray(),
            Authorization = authorization,
            IsRepeatable = true,
        };

    internal ApiRequest Repeatable(bool isRepeatable = true)
    {
        IsRepeatable = isRepeatable;
        return this;
    }

    internal ApiRequest With(string name, string? value)
    {
        if (value is not null)
        {
            _query.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=')
                .Append(Uri.EscapeDataString(value));
        }
        return this;
    }

    internal ApiRequest With(string name, IEnumerable<string>? values) =>
        With(name, values is null ? null : string.Join(',', values));

    internal ApiRequest With(string name, int? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    internal ApiRequest With(string name, bool? value) =>
        With(name, value switch { true => "true", false => "false", null => null });

    internal ApiRequest With(string name, DateOnly? value) =>
        With(name, value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    internal ApiRequest With<T>(string name, T? value)
        where T : struct, IChoice<T> => With(name, value?.Value);

    /// <summary>The address below that of the API, with parameters that change from page to page.</summary>
    internal string Address(string? organizationId, string? name, string? value)
    {
        var address = new StringBuilder();
        if (IsInOrganization)
        {
            var id = organizationId
                ?? throw new InvalidOperationException("The settings of the client have no organization id.");
            address.Append("/organizations/").Append(Uri.EscapeDataString(id)).Append('/');
        }
        address.Append(_path).Append(_query);
        if (value is not null)
            address.Append(_query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        return address.ToString();
    }

    internal HttpContent? Content() => _body is not { } body ? null : new ReadOnlyMemoryContent(body)
    {
        Headers = { ContentType = MediaTypeHeaderValue.Parse(ContentType) },
    };

    private ApiRequest Body<T>(T body)
    {
        if (body is not null)
            _body = ClientJson.Serialize(body);
        return this;
    }
}
