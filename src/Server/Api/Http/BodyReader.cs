using System.IO.Pipelines;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// Reads the body of a request within a time limit. Reads are not cancelled by a token, because the web server would
/// log a pending read for each caller that disconnects.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="time">Maximum time for the whole body to arrive.</param>
internal sealed class BodyReader(HttpContext context, TimeSpan time) : IDisposable
{
    private readonly PipeReader _reader = context.Request.BodyReader;
    private Timer? _timer;

    /// <summary>Reads the bytes that have arrived. Call <see cref="AdvanceTo(SequencePosition)"/> afterwards.</summary>
    /// <exception cref="ClientDisconnectedException">The client closed the connection.</exception>
    /// <exception cref="BodyTooLateException">The body took too long.</exception>
    /// <exception cref="BadHttpRequestException">The web server refused the body.</exception>
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
        catch (Exception gone) when (IsClientDisconnect(gone))
        {
            context.Abort();
            throw new ClientDisconnectedException(gone);
        }
        catch (BadHttpRequestException)
        {
            // The connection cannot be read any further.
            Close();
            throw;
        }
        if (!result.IsCanceled)
            return result;
        _reader.AdvanceTo(result.Buffer.End);
        Close();
        throw new BodyTooLateException(time);
    }

    // Whether the client disconnected, orderly or not, or closed its sending side in the middle of the body.
    private static bool IsClientDisconnect(Exception failure) => failure is BadHttpRequestException bad
        ? bad.StatusCode == StatusCodes.Status400BadRequest
        : failure is OperationCanceledException or IOException;

    /// <summary>Releases the bytes up to a position.</summary>
    internal void AdvanceTo(SequencePosition consumed) => _reader.AdvanceTo(consumed);

    /// <summary>Releases the bytes up to a position. The next read waits for more than the examined bytes.</summary>
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
