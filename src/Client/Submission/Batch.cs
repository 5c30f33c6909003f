namespace Tallystick.Client;

/// <summary>Measurements that are sent in one request, as JSON.</summary>
internal abstract class Batch
{
    // {"measurements":[ ... ]}
    internal const int Overhead = 20;

    private int _unsavedCount;
    private int _unsavedBytes;

    /// <summary>How many were added. Those that an earlier process accepted are not counted.</summary>
    internal int Count { get; private set; }

    /// <summary>The size of the request.</summary>
    internal int Bytes { get; private set; } = Overhead;

    /// <summary>In place of measurements: who waits until all that was added before is sent.</summary>
    internal TaskCompletionSource? Passed { get; init; }

    internal void Add(byte[] json)
    {
        Append(json);
        Count++;
        _unsavedCount++;
        Bytes += json.Length + 1;
        _unsavedBytes += json.Length + 1;
    }

    /// <summary>Makes what was added durable, or else forgets what was added since the last time.</summary>
    internal void Save()
    {
        try
        {
            Write();
        }
        catch
        {
            Count -= _unsavedCount;
            Bytes -= _unsavedBytes;
            throw;
        }
        finally
        {
            _unsavedCount = 0;
            _unsavedBytes = 0;
        }
    }

    /// <summary>Nothing more is added.</summary>
    internal virtual void Close()
    {
    }

    /// <summary>All measurements.</summary>
    internal abstract IReadOnlyList<byte[]> Read();

    /// <summary>It was sent.</summary>
    internal virtual void Delete()
    {
    }

    protected abstract void Append(byte[] json);

    protected virtual void Write()
    {
    }
}

/// <summary>A batch that ends with the process.</summary>
internal sealed class MemoryBatch : Batch
{
    private readonly List<byte[]> _measurements = [];

    internal override IReadOnlyList<byte[]> Read() => _measurements;

    protected override void Append(byte[] json) => _measurements.Add(json);
}
