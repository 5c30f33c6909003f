using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.Uploads;

/// <summary>The definition of upload jobs.</summary>
public static class MeasurementUploadResource
{
    private const string State = "state";
    private const string Created = "created";

    /// <summary>Upload jobs.</summary>
    public static ResourceDefinition<MeasurementUploadJob> Definition { get; } =
        new("MeasurementUploadJob", "", () => MeteringJson.Format.MeasurementUploadJob)
        {
            PolicyNames = ["measurements:measurement"],
            IsInternal = true,
            HasIdsFilter = false,
            IndexedBy =
            [
                new(State, job => job.Status == MeasurementUploadStatus.Running
                    ? "running" : job.IsWaiting ? "waiting" : null),
                new(Created, job => job.Created),
            ],
            Filters =
            [
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(Condition.And(
                [
                    .. Within(parameters, "dateCreatedStart", Comparison.GreaterOrEqual),
                    .. Within(parameters, "dateCreatedEnd", Comparison.Less),
                ]))),
            ],
        };

    /// <summary>Jobs whose file was uploaded and is being read.</summary>
    public static Condition Running { get; } = Condition.Equal(State, "running");

    /// <summary>Jobs whose file may still be uploaded.</summary>
    public static Condition Waiting { get; } = Condition.Equal(State, "waiting");

    private static IEnumerable<Condition> Within(ListParameters parameters, string name, Comparison comparison)
    {
        if (parameters.Text(name) is not { } text)
            yield break;
        if (InstantText.TryParse(text, out var instant))
            yield return new Condition.Compare(Created, comparison, InstantText.Sortable(instant));
        else
            parameters.Issues.Add("date", name, InstantText.Rule);
    }
}
