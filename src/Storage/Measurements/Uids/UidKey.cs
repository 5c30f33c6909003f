namespace Tallystick.Storage.Measurements.Uids;

/// <summary>What the index keeps of a fingerprint: 42 of its bits.</summary>
/// <param name="Shard">The upper ten bits, which choose the shard.</param>
/// <param name="Remainder">The 32 bits behind them, by which a shard is ordered.</param>
internal readonly record struct UidKey(int Shard, uint Remainder)
{
    public const int Shards = 1024;

    public static UidKey Of(ulong fingerprint) => new((int)(fingerprint >> 54), (uint)(fingerprint >> 22));
}
