using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// Values that calculations look up by key, such as rates by country. The values are stored in revisions; calculations
/// read the published revision.
/// </summary>
public sealed record LookupTable : ResourceWithCustomFields
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code that calculations use to refer to the table. Unique among lookup tables.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>The published revision. Returned only with <c>additional=activeRevision</c>.</summary>
    [ServerSet]
    public LookupTableRevision? ActiveRevision { get; init; }
}
