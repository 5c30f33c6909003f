using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;

namespace Tallystick.Metering.Ingest;

/// <summary>Tries the derived fields of a meter that need not be saved, as loading would compute them.</summary>
public sealed class MeterEvaluation(ResourceService resources, PublishedLookups lookups)
{
    /// <summary>Computes the derived fields, in their order.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="zone">Its time zone.</param>
    /// <param name="meter">The meter. Its fields are checked as if it were saved.</param>
    /// <param name="sample">The measurement.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">A field or a calculation is invalid.</exception>
    public async Task<IReadOnlyList<EvaluatedField>> EvaluateAsync(
        string organizationId, DateTimeZone zone, Meter meter, MeterSample sample,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var issues = new Issues();
        MeterRules.Check(meter, issues);
        await DerivedFieldRules.CheckAsync(meter, null, related, issues);
        issues.ThrowIfAny();
        return await DerivedFields.LoadAsync(meter, zone, related, lookups) is { } derived
            ? derived.Compute(sample) : [];
    }
}
