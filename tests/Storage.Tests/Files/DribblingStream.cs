namespace Tallystick.Storage.Tests.Files;

/// <summary>Gives its bytes in parts of odd lengths, as a connection does.</summary>
internal sealed class DribblingStream(byte[] bytes) : MemoryStream(bytes)
{
    private int _next = 1;

    /// <summary>True when the connection breaks before the end.</summary>
    internal bool FailsAtEnd { get; init; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _next = (_next * 7) % 9973;
        var read = Read(buffer.Span[..Math.Min(buffer.Length, _next)]);
        return read == 0 && FailsAtEnd ? throw new EndOfStreamException("broken") : ValueTask.FromResult(read);
    }
}
