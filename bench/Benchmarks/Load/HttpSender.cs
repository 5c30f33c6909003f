using Tallystick.Benchmarks.Serving;

namespace Tallystick.Benchmarks.Load;

/// <summary>Sends measurements over HTTP.</summary>
internal sealed class HttpSender : IBatchSender
{
    // Short, so that the time of the answer tells how long the server was busy.
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(5);

    private readonly HttpConnection _http;
    private readonly RequestTemplate[] _templates;
    private readonly int _connection;

    public HttpSender(ServingProcess server, Workload workload, Shape shape, int connection)
    {
        _connection = connection;
        _templates = [.. Enumerable.Range(0, new BatchNumbers(shape).Templates)
            .Select(template => new RequestTemplate(
                workload, template, shape.Batch,
                $"/organizations/{server.OrganizationId}/measurements", server.Token))];
        _http = new HttpConnection(server.Address);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The server refused the batch.</exception>
    public void Send(int template, long[] numbers)
    {
        var request = _templates[template].Fill(_connection, numbers);
        while (true)
        {
            var answer = _http.Exchange(request);
            if (answer.Status == 200)
                return;
            // Busy: the batch was not taken, and is sent until it is.
            if (answer.Status != 429)
                throw new InvalidOperationException(answer.ToString());
            _http.Pause(BusyPause);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
