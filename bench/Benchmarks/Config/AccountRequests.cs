using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Benchmarks.Load;
using Tallystick.Benchmarks.Serving;

namespace Tallystick.Benchmarks.Config;

/// <summary>What is asked of accounts.</summary>
internal enum AccountOperation
{
    /// <summary>Creates one after the other.</summary>
    Create,

    /// <summary>Updates one again and again.</summary>
    Update,

    /// <summary>Reads one.</summary>
    Read,

    /// <summary>Lists the first hundred.</summary>
    List,

    /// <summary>Asks for nothing, with a token that is checked.</summary>
    Nothing,
}

/// <summary>Sends the same kind of request over one connection.</summary>
internal sealed class AccountRequests : IBatchSender
{
    private static int _codes;

    private readonly ServingProcess _server;
    private readonly HttpConnection _http;
    private readonly AccountOperation _operation;
    private readonly byte[] _same;
    private readonly string _id = "";
    private readonly string _code = "";
    private int _version = 1;

    public AccountRequests(ServingProcess server, AccountOperation operation)
    {
        (_server, _operation) = (server, operation);
        _http = new HttpConnection(server.Address);
        if (operation is AccountOperation.Read or AccountOperation.Update)
        {
            _code = NewCode();
            _id = (string)JsonNode.Parse(Exchange(Request("POST", "accounts", Body(_code, null))).Body)!["id"]!;
        }
        _same = operation switch
        {
            AccountOperation.Read => Request("GET", $"accounts/{_id}"),
            AccountOperation.List => Request("GET", "accounts?pageSize=100"),
            AccountOperation.Nothing => Request("GET", "events/fields?eventName=none"),
            _ => [],
        };
    }

    /// <summary>An account as the server keeps it.</summary>
    public static string Document(ServingProcess server)
    {
        using var sender = new AccountRequests(server, AccountOperation.Read);
        return Encoding.UTF8.GetString(sender.Exchange(sender._same).Body);
    }

    /// <summary>Reads a page of accounts.</summary>
    /// <param name="token">Where it begins; null for the first one.</param>
    /// <returns>Where the next one begins; null behind the last one.</returns>
    public string? ReadPage(string? token)
    {
        var from = token is null ? "" : $"&nextToken={Uri.EscapeDataString(token)}";
        var body = Exchange(Request("GET", $"accounts?pageSize=100{from}")).Body;
        var name = "\"nextToken\":\""u8;
        var at = body.LastIndexOf(name);
        return at < 0 ? null : Encoding.ASCII.GetString(body[(at + name.Length)..^2]);
    }

    /// <inheritdoc/>
    public void Send(int template, long[] numbers) => Exchange(_operation switch
    {
        AccountOperation.Create => Request("POST", "accounts", Body(NewCode(), null)),
        AccountOperation.Update => Request("PUT", $"accounts/{_id}", Body(_code, _version++)),
        _ => _same,
    });

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string NewCode() => $"account-{Interlocked.Increment(ref _codes)}";

    private static string Body(string code, int? version) =>
        $$$"""
        {"name":"Account {{{code}}}","code":"{{{code}}}","emailAddress":"billing@{{{code}}}.example.com",
        "address":{"addressLine1":"1 Main Street","locality":"London","country":"GB","postCode":"E1 6AN"}
        {{{(version is null ? "" : $",\"version\":{version}")}}}}
        """;

    private HttpAnswer Exchange(byte[] request)
    {
        var answer = _http.Exchange(request);
        return answer.Status == 200 ? answer : throw new InvalidOperationException(answer.ToString());
    }

    private byte[] Request(string method, string path, string body = "") => Encoding.ASCII.GetBytes(
        $"{method} /organizations/{_server.OrganizationId}/{path} HTTP/1.1\r\nHost: localhost\r\n"
        + $"Authorization: Bearer {_server.Token}\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {body.Length}\r\n\r\n{body}");
}
