using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Tells of most keys that are not in a run that they are not, without reading it: a Bloom filter of four bits a key,
/// all in one word. At eight bits of memory a key about one key in twenty passes that should not, at four bits one
/// in five.
/// </summary>
internal sealed unsafe class UidFilter : IDisposable
{
    private readonly ulong* _words;
    private readonly ulong _length;

    public UidFilter(long bytes)
    {
        _length = (ulong)(bytes / sizeof(ulong)) + 1;
        _words = (ulong*)NativeMemory.AllocZeroed((nuint)_length, sizeof(ulong));
    }

    /// <summary>Bytes of memory held.</summary>
    public long Bytes => (long)_length * sizeof(ulong);

    public void Add(UidKey key)
    {
        var hash = Mix(key);
        _words[Word(hash)] |= Bits(hash);
    }

    public bool MayHold(UidKey key)
    {
        var hash = Mix(key);
        return (_words[Word(hash)] & Bits(hash)) == Bits(hash);
    }

    public void Dispose() => NativeMemory.Free(_words);

    // Two rounds of multiplication carry every bit of the key into the upper bits, which choose the word, and into
    // the lower ones, which choose its bits.
    private static ulong Mix(UidKey key)
    {
        var hash = (((ulong)key.Shard << 32) | key.Remainder) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return hash ^ (hash >> 32);
    }

    private ulong Word(ulong hash) => Math.BigMul(hash, _length, out _);

    private static ulong Bits(ulong hash) =>
        (1UL << (int)(hash & 63)) | (1UL << (int)((hash >> 6) & 63))
        | (1UL << (int)((hash >> 12) & 63)) | (1UL << (int)((hash >> 18) & 63));
}
