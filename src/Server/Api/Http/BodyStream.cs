using System.Buffers;
using Tallystick.Resources.Files;

namespace Tallystick.Server.Api.Http;

/// <summary>The body of a request as a forward-only stream.</summary>
internal sealed class BodyStream(BodyReader body) : OneWayStream
{
    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await body.ReadAsync();
            var taken = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
            var length = Copy(taken, buffer.Span);
            body.AdvanceTo(taken.End);
            if (length > 0 || result.IsCompleted || buffer.IsEmpty)
                return length;
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    private static int Copy(ReadOnlySequence<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        return (int)from.Length;
    }
}
