using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Removal;

/// <summary>The definition of voids, which cannot be changed or deleted.</summary>
public static class MeasurementVoidResource
{
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
                new(UnfinishedRemovals.DoneAt, one => UnfinishedRemovals.TimeOf(one.Status, one.DtLastModified)),
            ],
            Filters = [StatusFilter("Only voids with this status.")],
            Check = CheckAll,
            AfterWrite = async (change, one) =>
            {
                await JobQueue.PutAsync(change, VoidJobHandler.QueueName, one.Id);
                return one;
            },
        };

    /// <summary>Voids that are not done.</summary>
    public static Condition Pending { get; } = Condition.Equal("status", JsonFormat.Name(RemovalStatus.Pending));

    /// <summary>Filters by status.</summary>
    public static ListFilter StatusFilter(string description) =>
        new ListFilter.ByColumn("status", description, FilterKind.One, "status")
        {
            Shape = new TextShape(Choices: [.. Enum.GetValues<RemovalStatus>().Select(one => JsonFormat.Name(one))])
            {
                ChoicesName = nameof(RemovalStatus),
            },
        };

    /// <summary>A reason must say something.</summary>
    public static void CheckReason(string reason, Issues issues)
    {
        if (reason.Length > 0 && string.IsNullOrWhiteSpace(reason))
            issues.Add("required", "reason", "must not consist of white space only");
    }

    private static void CheckAll(MeasurementVoid asked, Issues issues)
    {
        CheckReason(asked.Reason, issues);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, uid) in asked.Uids.Index())
        {
            if (TextLength.Of(uid) is < 1 or > MeasurementParser.MaximumUid)
                issues.Add("length", $"uids[{index}]", $"must have 1 to {MeasurementParser.MaximumUid} characters");
            else if (!seen.Add(uid))
                issues.Add("duplicate", $"uids[{index}]", "is listed twice");
        }
    }
}
