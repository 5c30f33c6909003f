using System.IO.Pipelines;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// Reads the body of a request, all of which must arrive within a time. A read is never cancelled by a token: the web
/// server would find it still pending, and log that for each caller who hangs up.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="time">How long the whole body may take.</param>
internal sealed class BodyReader(HttpContext context, TimeSpan time) : IDisposable
{
    private readonly PipeReader _reader = context.Request.BodyReader;
    private Timer? _timer;

    /// <summary>What has arrived; the reader must then be advanced.</summary>
    /// <exception cref="CallerGoneException">The client closed the connection.</exception>
    /// <exception cref="BodyTooLateException">The body took too long.</exception>
    /// <exception cref="BadHttpRequestException">The web server has refused the body.</exception>
    internal async ValueTask<ReadResult> ReadAsync()
    {
        ReadResult result;
        try
        {
            var pending = _reader.ReadAsync(CancellationToken.None);
            if (!pending.IsCompleted)
                _timer ??= new Timer(_ => _reader.CancelPendingRead(), null, time, Timeout.InfiniteTimeSpan);
            result = await pending;
        }
        catch (Exception gone) when (IsOfTheCaller(gone))
        {
            context.Abort();
            throw new CallerGoneException(gone);
        }
        catch (BadHttpRequestException)
        {
            // Nothing more can be read from the connection.
            Close();
            throw;
        }
        if (!result.IsCanceled)
            return result;
        _reader.AdvanceTo(result.Buffer.End);
        Close();
        throw new BodyTooLateException(time);
    }

    // Who has hung up, in order or not, or has closed the sending side in the middle of a body.
    private static bool IsOfTheCaller(Exception failure) => failure is BadHttpRequestException bad
        ? bad.StatusCode == StatusCodes.Status400BadRequest
        : failure is OperationCanceledException or IOException;

    /// <summary>Lets what was read go, up to a position.</summary>
    internal void AdvanceTo(SequencePosition consumed) => _reader.AdvanceTo(consumed);

    /// <summary>Lets what was read go, up to a position; the next read waits for more than was looked at.</summary>
    internal void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _reader.AdvanceTo(consumed, examined);

    private void Close()
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();
}
