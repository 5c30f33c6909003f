using NodaTime;
using Tallystick.Server.Hosting;
using Tallystick.Testing;

[assembly: AssemblyFixture(typeof(Tallystick.Client.Tests.RealServer))]

namespace Tallystick.Client.Tests;

/// <summary>The product on a free port, and a client of its administrator.</summary>
public sealed class RealServer : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private readonly Lazy<Task> _start;
    private RunningServer? _server;

    /// <summary>Not started yet.</summary>
    public RealServer() => _start = new(StartOnceAsync);

    internal TallystickClient Client { get; private set; } = null!;

    /// <summary>The settings of the administrator, new each time.</summary>
    internal TallystickSettings Settings => new()
    {
        BaseUrl = _server!.Address,
        OrganizationId = _server.FirstCredentials!.OrganizationId,
        AccessKeyId = _server.FirstCredentials.AccessKeyId,
        ApiSecret = _server.FirstCredentials.ApiSecret,
    };

    /// <summary>The settings as environment variables.</summary>
    internal IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["TALLYSTICK_URL"] = Settings.BaseUrl!.ToString(),
        ["TALLYSTICK_ORG_ID"] = Settings.OrganizationId!,
        ["TALLYSTICK_ACCESS_KEY_ID"] = Settings.AccessKeyId!,
        ["TALLYSTICK_API_SECRET"] = Settings.ApiSecret!,
    };

    /// <summary>Starts it for the first class of tests that needs it.</summary>
    internal Task StartAsync() => _start.Value;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            Client.Dispose();
            await _server.DisposeAsync();
        }
        _data.Dispose();
    }

    /// <summary>A meter with the MEASURE field <c>n</c>.</summary>
    internal async Task<Meter> MeterAsync(string code)
    {
        var product = await Client.Products.CreateAsync(new Product { Name = code, Code = code });
        return await Client.Meters.CreateAsync(new Meter
        {
            Name = code,
            Code = code,
            ProductId = product.Id,
            DataFields = [new DataField { Category = DataFieldCategory.Measure, Code = "n", Name = "N", Unit = "1" }],
            DerivedFields = [],
        });
    }

    /// <summary>The uids that are stored for a meter, once for each time that they count.</summary>
    internal async Task<IReadOnlyList<string>> UidsAsync(Meter meter)
    {
        var found = await Client.Usage.QueryAsync(new UsageQueryRequest
        {
            StartDate = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            EndDate = new DateTimeOffset(2040, 1, 1, 0, 0, 0, TimeSpan.Zero),
            MeterIds = [meter.Id],
        });
        return [.. found.Data!.Select(row => row["uid"].ToString())];
    }

    private async Task StartOnceAsync()
    {
        _server = await ServerHost.StartAsync(
            ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", _data.Path], SystemClock.Instance);
        Client = new TallystickClient(Settings);
    }
}
