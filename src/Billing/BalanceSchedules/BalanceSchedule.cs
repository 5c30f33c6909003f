using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Changes a balance repeatedly.</summary>
public abstract record BalanceSchedule : ResourceWithCustomFields
{
    /// <summary>UUID of the balance.</summary>
    [ServerSet]
    public string? BalanceId { get; init; }

    /// <summary>Descriptive name, also used for the charges.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among the schedules of its kind.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Time of the next run (ISO 8601). Absent after the last run.</summary>
    [ServerSet]
    public Instant? NextRun { get; init; }

    /// <summary>Time of the latest run (ISO 8601).</summary>
    [ServerSet]
    public Instant? PreviousRun { get; init; }
}
