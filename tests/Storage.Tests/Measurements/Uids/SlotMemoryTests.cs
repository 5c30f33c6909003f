using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Storage.Tests.Measurements.Uids;

public sealed unsafe class SlotMemoryTests
{
    private const long Kilobyte = 1024;
    private const long Megabyte = 1024 * Kilobyte;

    [Theory]
    [InlineData(1, 1_000)]
    [InlineData(1_000, 100 * Kilobyte)]
    [InlineData(100 * Kilobyte, 3 * Megabyte + 10)]
    [InlineData(60 * Megabyte, 70 * Megabyte)]
    [InlineData(70 * Megabyte, 3 * Megabyte)]
    [InlineData(3 * Megabyte + 10, 100 * Kilobyte + 1)]
    [InlineData(100 * Kilobyte, 1_000)]
    [InlineData(4_000, 1)]
    public void Resize_ToMoreOrFewerBytes_KeepsWhatIsInBoth(long from, long to)
    {
        var memory = SlotMemory.Resize(null, 0, from);
        for (long at = 0; at < from; at++)
            memory[at] = PatternAt(at);

        memory = SlotMemory.Resize(memory, from, to);

        for (long at = 0; at < Math.Min(from, to); at++)
        {
            if (memory[at] != PatternAt(at))
                Assert.Fail($"The byte at {at} was lost.");
        }
        for (var at = from; at < to; at++)
            memory[at] = 1; // may be written to
        SlotMemory.Free(memory, to);
    }

    [Fact]
    public void Resize_StepByStep_GrowsAndShrinksWhereItIs()
    {
        var bytes = 64 * Kilobyte;
        var memory = SlotMemory.Resize(null, 0, bytes);
        var began = memory;
        while (bytes < 32 * Megabyte)
        {
            memory = SlotMemory.Resize(memory, bytes, bytes * 2);
            bytes *= 2;
            memory[bytes - 1] = 1;
        }
        memory = SlotMemory.Resize(memory, bytes, 64 * Kilobyte);
        memory = SlotMemory.Resize(memory, 64 * Kilobyte, bytes);

        if (OperatingSystem.IsLinux()) // elsewhere the memory comes from the heap
        {
            (memory == began).ShouldBeTrue();
            memory[bytes - 1].ShouldBe((byte)0, "what was given back to the system comes back empty");
        }
        SlotMemory.Free(memory, bytes);
    }

    private static byte PatternAt(long at) => (byte)((at * 31) ^ (at >> 8));
}
