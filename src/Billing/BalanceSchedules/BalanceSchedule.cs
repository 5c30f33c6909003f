using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Changes a balance again and again.</summary>
public abstract record BalanceSchedule : ResourceWithCustomFields
{
    /// <summary>UUID of the balance.</summary>
    [ServerSet]
    public string? BalanceId { get; init; }

    /// <summary>Descriptive name; a charge takes it as its own.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among the schedules of its kind.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Instant (ISO 8601) of the next run; absent after the last.</summary>
    [ServerSet]
    public Instant? NextRun { get; init; }

    /// <summary>Instant (ISO 8601) of the latest run.</summary>
    [ServerSet]
    public Instant? PreviousRun { get; init; }
}
