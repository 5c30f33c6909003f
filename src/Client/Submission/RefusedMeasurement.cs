using System.Text;

namespace Tallystick.Client;

/// <summary>A measurement that the API refused.</summary>
/// <param name="Json">The measurement as it was sent.</param>
/// <param name="Reason">The refusal of the request that it was in.</param>
/// <param name="Issues">The faults of this measurement. Empty if the refusal does not name them.</param>
public sealed record RefusedMeasurement(
    string Json, TallystickApiException Reason, IReadOnlyList<ApiIssue> Issues)
{
    /// <summary>The measurement.</summary>
    public Measurement Measurement => ClientJson.Deserialize<Measurement>(Encoding.UTF8.GetBytes(Json))!;
}

/// <summary>The API refused measurements.</summary>
public sealed class MeasurementsRefusedException : TallystickException
{
    internal MeasurementsRefusedException(long count, IReadOnlyList<RefusedMeasurement> refused)
        : base($"The API refused {count} measurements. The first: {refused[0].Reason.Message}", refused[0].Reason)
    {
        Count = count;
        Refused = refused;
    }

    /// <summary>How many were refused.</summary>
    public long Count { get; }

    /// <summary>The first 100 of them.</summary>
    public IReadOnlyList<RefusedMeasurement> Refused { get; }
}
