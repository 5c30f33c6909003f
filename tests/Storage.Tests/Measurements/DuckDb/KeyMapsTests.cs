using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

public sealed class KeyMapsTests
{
    [Fact]
    public void Snapshot_OfAMeterThatIsMovedMeanwhile_StillReadsTheSharedTable()
    {
        var keys = new KeyMaps();
        keys.SharedRows[7] = 1;

        var snapshot = keys.Snapshot();
        keys.SharedRows[7] = 0;
        keys.SharedRows[8] = 1;

        snapshot.SourceOf(7).SelectShared().ShouldNotBeNull();
        snapshot.SourceOf(8).SelectShared().ShouldBeNull();
    }
}
