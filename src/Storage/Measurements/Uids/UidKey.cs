namespace Tallystick.Storage.Measurements.Uids;

/// <summary>What the index keeps of a fingerprint: 40 of its bits.</summary>
/// <param name="Shard">The upper eight bits, which choose the shard.</param>
/// <param name="Remainder">The 32 bits behind them, by which a shard is ordered.</param>
internal readonly record struct UidKey(int Shard, uint Remainder)
{
    public const int Shards = 256;

    public static UidKey Of(ulong fingerprint) => new((int)(fingerprint >> 56), (uint)(fingerprint >> 24));
}
