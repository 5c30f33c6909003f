using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Tests.Measurements;

public sealed class MeterRowsTests
{
    // More than one chunk of values, so that rows move from one to another.
    private const int Rows = 3 * Column<long>.ChunkRows + 5;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 2)]
    [InlineData(4095, 4096)]
    [InlineData(5000, 3)]
    [InlineData(12_292, 1)]
    [InlineData(12_293, 1)]
    public void Remove_OfSomeRows_LeavesTheOthersAsTheyWere(int first, int step)
    {
        var rows = RowsWith(Enumerable.Range(0, Rows));
        var removed = Enumerable.Range(0, Rows).Where(row => row >= first && (row - first) % step == 0).ToArray();

        rows.Remove(removed);

        AssertHolds(rows, [.. Enumerable.Range(0, Rows).Except(removed)]);
    }

    [Fact]
    public void Add_AfterRowsWereRemoved_AddsBehindTheRest()
    {
        var rows = RowsWith(Enumerable.Range(0, Rows));

        rows.Remove([.. Enumerable.Range(1, Rows - 1)]);
        foreach (var value in Enumerable.Range(Rows, Rows))
            Add(rows, value);

        AssertHolds(rows, [0, .. Enumerable.Range(Rows, Rows)]);
    }

    private static MeterRows RowsWith(IEnumerable<int> values)
    {
        var rows = new MeterRows(
            "organization", "meter", [new FieldColumnValues("n", true), new FieldColumnValues("t", false)]);
        foreach (var value in values)
            Add(rows, value);
        return rows;
    }

    private static void Add(MeterRows rows, int value)
    {
        var text = Encoding.UTF8.GetBytes($"{value}");
        rows.Uids.Add(text);
        rows.Accounts.Add(value);
        rows.Ts.Add(value);
        rows.Ets.Add(value);
        rows.ReceivedAt.Add(value);
        rows.Positions.Add(value);
        rows.Fields[0].Numbers.Add(value);
        rows.Fields[1].Texts.Add(text);
    }

    private static void AssertHolds(MeterRows rows, IReadOnlyList<int> values)
    {
        rows.Count.ShouldBe(values.Count);
        for (var row = 0; row < values.Count; row++)
        {
            var value = values[row];
            (Encoding.UTF8.GetString(rows.Uids[row]), rows.Accounts[row], rows.Ts[row], rows.Ets[row],
                rows.ReceivedAt[row], rows.Positions[row], rows.Fields[0].Numbers[row],
                Encoding.UTF8.GetString(rows.Fields[1].Texts[row]))
                .ShouldBe(($"{value}", value, value, value, value, value, value, $"{value}"));
        }
    }
}
