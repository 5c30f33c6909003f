using NodaTime;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Outcomes of accepted measurements.</summary>
internal sealed record ConservationAnswer
{
    /// <summary>Totals of all days and meters.</summary>
    public required ConservationCounts Totals { get; init; }

    /// <summary>Counts by day and meter.</summary>
    public required IReadOnlyList<ConservationDay> Data { get; init; }
}

/// <summary>
/// Numbers of measurements; accepted = stored + duplicate + failed + voided + erased + pending.
/// </summary>
internal record ConservationCounts
{
    /// <summary>Acknowledged to the sender and on disk.</summary>
    public required long Accepted { get; init; }

    /// <summary>In the store.</summary>
    public required long Stored { get; init; }

    /// <summary>Dropped because their uid was already used.</summary>
    public required long Duplicate { get; init; }

    /// <summary>Failed for another reason; kept as events.</summary>
    public required long Failed { get; init; }

    /// <summary>Stored, and then voided by uid.</summary>
    public required long Voided { get; init; }

    /// <summary>Stored, and then erased with the usage of their account.</summary>
    public required long Erased { get; init; }

    /// <summary>Not processed yet.</summary>
    public required long Pending { get; init; }

    /// <summary>How many more measurements are stored than expected, according to the last check. Normally 0.</summary>
    public required long Mismatch { get; init; }
}

/// <summary>The counts of one day and meter.</summary>
internal sealed record ConservationDay : ConservationCounts
{
    /// <summary>Code of the meter, as sent.</summary>
    public required string Meter { get; init; }

    /// <summary>Day of receipt, in UTC.</summary>
    public required LocalDate Day { get; init; }
}
