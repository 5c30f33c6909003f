namespace Tallystick.Benchmarks.Load;

/// <summary>
/// Which measurements a connection sends in its n-th batch. Batches take turns with a few templates, and what is sent
/// again stood at the same place of the same template before.
/// </summary>
internal sealed class BatchNumbers(Shape shape)
{
    /// <summary>How many templates take turns; their first batches repeat nothing.</summary>
    public int Templates { get; } = shape.Batch == 1 ? 64 : 4;

    /// <summary>Fills in the numbers of a batch.</summary>
    /// <returns>How many of them are new.</returns>
    public int Fill(long batch, long[] numbers)
    {
        var fresh = 0;
        for (var slot = 0; slot < numbers.Length; slot++)
        {
            var number = (batch * shape.Batch) + slot;
            if (IsRepeated(batch, number))
                number = Earlier(batch, number, slot);
            else
                fresh++;
            numbers[slot] = number;
        }
        return fresh;
    }

    private bool IsRepeated(long batch, long number) =>
        batch >= Templates && Workload.Mix((ulong)number) % 100 < (ulong)shape.RepeatedPercent;

    private long Earlier(long batch, long number, int slot)
    {
        var round = (long)(Workload.Mix(~(ulong)number) % (ulong)(batch / Templates));
        var earlier = (batch % Templates) + (round * Templates);
        var first = ((batch % Templates) * shape.Batch) + slot;
        var chosen = (earlier * shape.Batch) + slot;
        return IsRepeated(earlier, chosen) ? first : chosen;
    }
}
