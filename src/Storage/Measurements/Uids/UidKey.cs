namespace Tallystick.Storage.Measurements.Uids;

/// <summary>The 40 bits of a fingerprint that the index keeps.</summary>
/// <param name="Shard">The upper eight bits, which select the shard.</param>
/// <param name="Remainder">The next 32 bits, by which a shard is ordered.</param>
internal readonly record struct UidKey(int Shard, uint Remainder)
{
    public const int Shards = 256;

    public static UidKey Of(ulong fingerprint) => new((int)(fingerprint >> 56), (uint)(fingerprint >> 24));
}
