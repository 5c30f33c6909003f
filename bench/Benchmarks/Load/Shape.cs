namespace Tallystick.Benchmarks.Load;

/// <summary>What is sent in a run.</summary>
/// <param name="Batch">Measurements per request.</param>
/// <param name="Connections">Connections that send at once, each waiting for its answer.</param>
/// <param name="RepeatedPercent">Share of measurements that were sent before.</param>
internal sealed record Shape(int Batch, int Connections, int RepeatedPercent)
{
    /// <summary>The shape for which there are targets.</summary>
    public static Shape Sustained { get; } = new(1000, 32, 0);
}

/// <summary>What came of a run.</summary>
/// <param name="Sent">Measurements that were answered for.</param>
/// <param name="Distinct">Those of them whose uid was new.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="MedianMs">Median time of an answer, in milliseconds.</param>
/// <param name="SlowMs">Time within which 99 of 100 answers came, in milliseconds.</param>
internal sealed record LoadResult(long Sent, long Distinct, double Seconds, double MedianMs, double SlowMs)
{
    /// <summary>Measurements per second.</summary>
    public double Rate => Sent / Seconds;
}

/// <summary>When a run ends: after a time, or after a number of measurements, whichever comes first.</summary>
/// <param name="Seconds">The time.</param>
/// <param name="Measurements">The number.</param>
internal sealed record Extent(double Seconds, long Measurements = long.MaxValue);
