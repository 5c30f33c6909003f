namespace Tallystick.Client;

/// <summary>Measurements that are sent in one request, as JSON.</summary>
internal abstract class Batch
{
    // {"measurements":[ ... ]}
    internal const int Overhead = 20;

    /// <summary>How many it has.</summary>
    internal int Count { get; private set; }

    /// <summary>The size of the request.</summary>
    internal int Bytes { get; private set; } = Overhead;

    /// <summary>Where it comes in the order in which measurements were added, for those who wait for it.</summary>
    internal TaskCompletionSource? Passed { get; init; }

    /// <summary>How many of those that wait it stands for: none if an earlier process accepted them.</summary>
    internal int Waiting { get; private set; }

    internal void Add(byte[] json)
    {
        Append(json);
        Count++;
        Waiting++;
        Bytes += json.Length + 1;
    }

    /// <summary>Takes back measurements that could not be saved.</summary>
    internal void Forget(int count)
    {
        Count -= count;
        Waiting -= count;
    }

    /// <summary>Makes what was added durable.</summary>
    internal virtual void Save()
    {
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
}

/// <summary>A batch that ends with the process.</summary>
internal sealed class MemoryBatch : Batch
{
    private readonly List<byte[]> _measurements = [];

    internal override IReadOnlyList<byte[]> Read() => _measurements;

    protected override void Append(byte[] json) => _measurements.Add(json);
}
