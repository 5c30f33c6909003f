using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>Configuration in memory. Accounts get the id <c>id-of-CODE</c> when they are created.</summary>
internal sealed class FakeCatalog : IMeteringCatalog, ISkeletonAccounts
{
    public ConcurrentDictionary<(string Organization, string Code), Meter> Meters { get; } = new();

    public ConcurrentDictionary<(string Organization, string Code), string> Accounts { get; } = new();

    /// <summary>How many of the next questions for a meter fail.</summary>
    public int FaultsToCome;

    /// <summary>The code of the meter for which they fail; any when null.</summary>
    public string? FaultyMeter { get; set; }

    /// <summary>Is told the code of each meter that is asked for.</summary>
    public Action<string>? Asked { get; set; }

    public void Add(string organization, Meter meter) => Meters[(organization, meter.Code)] = meter;

    /// <summary>Codes of accounts that changes have made stand for something else.</summary>
    public List<string> ChangedCodes { get; } = [];

    /// <summary>Whether it no longer knows which codes those are.</summary>
    public bool IsForgetful { get; set; }

    public long AccountChanges(string organizationId) => ChangedCodes.Count;

    public IReadOnlyList<string>? ChangedAccountCodes(string organizationId, long since) =>
        IsForgetful ? null : [.. ChangedCodes.Skip((int)since)];

    // The same object for the same meter, as the port has it.
    private readonly ConcurrentDictionary<Meter, IngestMeter> _known = new(ReferenceEqualityComparer.Instance);

    public ValueTask<IngestMeter?> FindMeterAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        Asked?.Invoke(code);
        if ((FaultyMeter ?? code) == code && Interlocked.Decrement(ref FaultsToCome) >= 0)
            throw new IOException("The catalog is away.");
        var meter = Meters.GetValueOrDefault((organizationId, code));
        return ValueTask.FromResult(meter is null ? null : _known.GetOrAdd(meter, New));
    }

    private static IngestMeter New(Meter meter) => new(
        meter,
        meter.DerivedFields.Count == 0
            ? null : new DerivedFields(meter, DateTimeZone.Utc, new CustomFieldDefaults(), product: null));

    public ValueTask<IReadOnlyList<AccountMatch>> FindAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<AccountMatch>>([.. codes.Select(code => Match(organizationId, code))]);

    public ValueTask<IReadOnlyList<AccountMatch>> CreateAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var created = new List<AccountMatch>();
        foreach (var code in codes)
        {
            if (Match(organizationId, code) == default)
                Accounts[(organizationId, code)] = "id-of-" + code;
            created.Add(Match(organizationId, code));
        }
        return ValueTask.FromResult<IReadOnlyList<AccountMatch>>(created);
    }

    private AccountMatch Match(string organizationId, string code)
    {
        var near = Accounts.Keys.FirstOrDefault(key => key.Organization == organizationId && key.Code != code
            && string.Equals(key.Code, code, StringComparison.OrdinalIgnoreCase)).Code;
        return near is null
            ? new AccountMatch(Accounts.GetValueOrDefault((organizationId, code)), null)
            : new AccountMatch(null, near);
    }
}
