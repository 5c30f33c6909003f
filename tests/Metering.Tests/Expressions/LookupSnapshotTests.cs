using Tallystick.Foundation.Json;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;

namespace Tallystick.Metering.Tests.Expressions;

/// <summary>Published lookup data in memory finds every row by its keys, numbers by value, and no other.</summary>
public sealed class LookupSnapshotTests
{
    [Fact]
    public void Snapshot_OfManyRows_FindsEachByItsKeys()
    {
        var data = new LookupSnapshot(Revision, dataVersion: 1);
        for (var row = 0; row < 20_000; row++)
            data.Add(Row(row / 100m, $"c{row % 7}", row));

        for (var row = 0; row < 20_000; row++)
        {
            var found = data.FindRow([Value.Of(row / 100.00m), Value.Of($"c{row % 7}")]);
            data.Read(found, data.FindField("rate")).ShouldBe(Value.Of((decimal)row));
        }
        data.FindRow([Value.Of(1m), Value.Of("c8")]).ShouldBe(-1);
        data.FindRow([Value.Of(0.001m), Value.Of("c0")]).ShouldBe(-1);
    }

    [Fact]
    public void Snapshot_WithTheKeyZero_FindsItByNegativeZero()
    {
        var data = new LookupSnapshot(Revision, dataVersion: 1);
        data.Add(Row(0, "c", 7));

        data.FindRow([Value.Of(decimal.Negate(0)), Value.Of("c")]).ShouldBe(0);
    }

    [Fact]
    public void Snapshot_OfKeysChosenToCollide_IsFilledAsFastAsAny()
    {
        var data = new LookupSnapshot(Revision, dataVersion: 1);
        // Alike for a hash that only combines the words of the number.
        for (var row = 0; row < 60_000; row++)
            data.Add(Row(new decimal(row ^ 12345, row, 0, false, 0), "c", row));

        data.Read(data.FindRow([Value.Of(new decimal(7 ^ 12345, 7, 0, false, 0)), Value.Of("c")]), 2)
            .ShouldBe(Value.Of(7m));
    }

    private static LookupTableRevision Revision { get; } = new()
    {
        Id = "r",
        LookupTableId = "t",
        Name = "Rates",
        Fields =
        [
            new LookupTableRevisionField { Name = "level", Type = LookupTableRevisionFieldType.Number },
            new LookupTableRevisionField { Name = "country", Type = LookupTableRevisionFieldType.String },
            new LookupTableRevisionField { Name = "rate", Type = LookupTableRevisionFieldType.Number },
        ],
        Keys = ["level", "country"],
    };

    private static Dictionary<string, CustomFieldValue> Row(decimal level, string country, decimal rate) => new()
    {
        ["level"] = new(null, level),
        ["country"] = new(country, null),
        ["rate"] = new(null, rate),
    };
}
