using System.Buffers;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>The bytes of a submission, in pooled memory. The content type is ignored.</summary>
internal sealed class SubmissionBody : IDisposable
{
    /// <summary>The smallest size of a body that is refused, in bytes (contract: <c>SubmitMeasurements</c>).</summary>
    internal const int Limit = 512_000;

    private readonly int _limit;
    private readonly int _refusal;
    private byte[] _buffer;
    private int _length;

    private SubmissionBody(int limit, int refusal, int room)
    {
        (_limit, _refusal) = (limit, refusal);
        _buffer = ArrayPool<byte>.Shared.Rent(room);
    }

    internal ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads the body of a request, uncompressed or with <c>Content-Encoding: gzip</c>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="time">Maximum time for the whole body to arrive.</param>
    /// <exception cref="BodyTooLargeException">The body is too large, before or after decompression.</exception>
    /// <remarks>In the contract, the status for a body that is too large is 403.</remarks>
    internal static ValueTask<SubmissionBody> ReadAsync(HttpContext context, TimeSpan time) =>
        ReadAsync(context, time, Limit, StatusCodes.Status403Forbidden);

    /// <inheritdoc cref="ReadAsync(HttpContext, TimeSpan)"/>
    /// <param name="context">The request.</param>
    /// <param name="time">Maximum time for the whole body to arrive.</param>
    /// <param name="limit">The smallest size of a body that is refused, in bytes.</param>
    /// <param name="refusal">The status of the refusal.</param>
    internal static async ValueTask<SubmissionBody> ReadAsync(
        HttpContext context, TimeSpan time, int limit, int refusal)
    {
        if (context.Request.ContentLength >= limit)
            throw new BodyTooLargeException(refusal, limit);
        var body = new SubmissionBody(limit, refusal, Math.Min(limit, Limit));
        try
        {
            var encoding = context.Request.Headers.ContentEncoding.ToString();
            if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                await body.CopyAsync(context, time);
            else if (encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            {
                using var packed = new SubmissionBody(limit, refusal, Math.Min(limit, Limit));
                await packed.CopyAsync(context, time);
                body.Unpack(packed);
            }
            else
                throw new UnsupportedEncodingException();
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask CopyAsync(HttpContext context, TimeSpan time)
    {
        using var reader = new BodyReader(context, time);
        while (true)
        {
            var result = await reader.ReadAsync();
            try
            {
                foreach (var segment in result.Buffer)
                    Add(segment.Span);
            }
            finally
            {
                reader.AdvanceTo(result.Buffer.End);
            }
            if (result.IsCompleted)
                return;
        }
    }

    private void Unpack(SubmissionBody packed)
    {
        MakeRoom(_limit);
        _length = GzipMember.Unpack(packed._buffer, packed._length, _buffer.AsSpan(0, _limit))
            ?? throw new RefusedException(
                new Issue("gzip", "", "The request body must be a single complete gzip member with no data after it"));
        if (_length == _limit)
            throw new BodyTooLargeException(_refusal, _limit);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        if (_length + bytes.Length >= _limit)
            throw new BodyTooLargeException(_refusal, _limit);
        MakeRoom(_length + bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void MakeRoom(int size)
    {
        if (size <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(_limit);
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
