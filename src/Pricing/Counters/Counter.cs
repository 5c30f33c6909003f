using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Counters;

/// <summary>
/// A quantity that accounts have, such as seats. Counters are charged recurringly by that quantity, not by usage.
/// </summary>
public sealed record Counter : Resource
{
    /// <summary>Short code, unique among counters.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>
    /// UUID of the product whose plans can price the counter. If absent, the counter is global and any plan can price
    /// it.
    /// </summary>
    [Characters(36, 36)]
    public string? ProductId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Unit shown on bills, such as <c>seats</c>.</summary>
    [Characters(1, int.MaxValue)]
    public required string Unit { get; init; }
}
