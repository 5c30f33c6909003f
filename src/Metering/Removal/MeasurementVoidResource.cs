using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Removal;

/// <summary>The definition of voids, which cannot be changed or deleted.</summary>
public static class MeasurementVoidResource
{
    private const int MaxUidLength = 50;

    /// <summary>The definition.</summary>
    public static ResourceDefinition<MeasurementVoid> Definition { get; } =
        new("MeasurementVoid", "measurements/voids", () => MeteringJson.Format.MeasurementVoid)
        {
            EventName = "measurements.void",
            PolicyNames = ["measurements:void"],
            IsInternal = true,
            IndexedBy =
            [
                new("status", one => JsonFormat.Name(one.Status ?? RemovalStatus.Pending)) { HasFewValues = true },
            ],
            Filters = [ListFilter.One("status", "status", "Only voids with this status.")],
            Check = CheckUids,
            AfterWrite = async (change, one) =>
            {
                await JobQueue.PutAsync(change, VoidJobHandler.QueueName, one.Id);
                return one;
            },
        };

    /// <summary>Voids that are not done.</summary>
    public static Condition Pending { get; } = Condition.Equal("status", JsonFormat.Name(RemovalStatus.Pending));

    private static void CheckUids(MeasurementVoid asked, Issues issues)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, uid) in asked.Uids.Index())
        {
            if (TextLength.Of(uid) is < 1 or > MaxUidLength)
                issues.Add("length", $"uids[{index}]", $"must have 1 to {MaxUidLength} characters");
            else if (!seen.Add(uid))
                issues.Add("duplicate", $"uids[{index}]", "is listed twice");
        }
    }
}
