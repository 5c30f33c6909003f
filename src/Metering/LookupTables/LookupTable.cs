using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// Values that calculations look up by keys, such as rates by country. Its revisions hold them; calculations read the
/// published one.
/// </summary>
public sealed record LookupTable : ResourceWithCustomFields
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code by which calculations name the table, unique among lookup tables.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>The published revision; only with <c>additional=activeRevision</c>.</summary>
    [ServerSet]
    public LookupTableRevision? ActiveRevision { get; init; }
}
