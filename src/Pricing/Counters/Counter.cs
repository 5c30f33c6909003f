using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Counters;

/// <summary>
/// Something that accounts have a number of, such as seats: a recurring charge by that number, not by usage.
/// </summary>
public sealed record Counter : Resource
{
    /// <summary>Short code, unique among counters.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>UUID of the product whose plans may price it; absent for a global counter, for all plans.</summary>
    [Characters(36, 36)]
    public string? ProductId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Word for one of them on bills, such as <c>seats</c>.</summary>
    [Characters(1, int.MaxValue)]
    public required string Unit { get; init; }
}
