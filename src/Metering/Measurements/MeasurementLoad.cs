using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// What was decided about a stretch of the log: which measurements are stored, which failed, and how many there were.
/// It is applied as it is, however often. Its memory is used again for a later load, so nobody keeps a part of it.
/// </summary>
public sealed class MeasurementLoad
{
    private readonly List<MeterRows> _meters = [];
    private readonly List<LoadedAccount> _accounts = [];
    private readonly List<FailedMeasurement> _failures = [];
    private readonly List<MeterDay> _tallies = [];

    /// <summary>Number of the partition whose log it is a stretch of.</summary>
    public int Partition { get; private set; }

    /// <summary>Where the stretch begins; must be the store's position.</summary>
    public LogPosition From { get; private set; }

    /// <summary>Where it ends; becomes the store's position.</summary>
    public LogPosition To { get; private set; }

    /// <summary>The measurements to store, by meter. A meter that was changed meanwhile may be there twice.</summary>
    public IReadOnlyList<MeterRows> Meters => _meters;

    /// <summary>The accounts that the rows name by their index here.</summary>
    public IReadOnlyList<LoadedAccount> Accounts => _accounts;

    /// <summary>
    /// The measurements that failed, duplicates included, and those that lack a derived value, in the order received.
    /// </summary>
    public IReadOnlyList<FailedMeasurement> Failures => _failures;

    /// <summary>What became of the measurements of the stretch, for each meter code and day of receipt.</summary>
    public IReadOnlyList<MeterDay> Tallies => _tallies;

    /// <summary>
    /// How many loads were begun in this memory. Tells two of them apart, also where one begins again after a fault.
    /// </summary>
    internal long Begun { get; private set; }

    /// <summary>Begins a load that holds nothing yet.</summary>
    public void Begin(int partition, LogPosition from)
    {
        Begun++;
        Partition = partition;
        (From, To) = (from, from);
        _meters.Clear();
        _accounts.Clear();
        _failures.Clear();
        _tallies.Clear();
    }

    /// <summary>Takes everything up to a position in.</summary>
    public void ExtendTo(LogPosition position) => To = position;

    /// <summary>Adds a meter, which has no rows yet.</summary>
    public void Add(MeterRows meter) => _meters.Add(meter);

    /// <summary>Adds a failure.</summary>
    public void Add(FailedMeasurement failure) => _failures.Add(failure);

    /// <summary>Puts the failures in the order received.</summary>
    public void SortFailures() => _failures.Sort((left, right) => left.Position.Value.CompareTo(right.Position.Value));

    /// <summary>Adds a tally.</summary>
    public void Add(MeterDay tally) => _tallies.Add(tally);

    /// <summary>Adds an account.</summary>
    /// <returns>Its index.</returns>
    public int Add(LoadedAccount account)
    {
        _accounts.Add(account);
        return _accounts.Count - 1;
    }
}

/// <summary>An account of loads: one object for all loads that it is in.</summary>
/// <param name="organizationId">Its organization.</param>
/// <param name="accountId">Its UUID.</param>
public sealed class LoadedAccount(string organizationId, string accountId)
{
    /// <summary>Its organization.</summary>
    public string OrganizationId => organizationId;

    /// <summary>Its UUID.</summary>
    public string AccountId => accountId;

    /// <summary>Its code, as measurements name it.</summary>
    public string Code { get; init; } = "";

    /// <summary>Its custom fields, for the calculations of derived fields.</summary>
    public IReadOnlyDictionary<string, CustomFieldValue>? CustomFields { get; init; }
}

/// <summary>
/// A measurement that was accepted but not stored, or stored without a derived value. What was sent stands in the log.
/// </summary>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Type">Reason for the failure.</param>
/// <param name="Detail">
/// What the type does not tell: the field, the account code that is nearly equal, or that a repeat differs.
/// </param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Position">Where it stands in the log; identifies it and gives the order of receipt.</param>
/// <param name="AccountId">UUID of its account where that is known.</param>
public sealed record FailedMeasurement(
    string OrganizationId, IngestFailure Type, string? Detail, Instant ReceivedAt, LogPosition Position,
    string? AccountId);

/// <summary>Why a measurement failed after it was accepted (metering reference 4.7).</summary>
public enum IngestFailure
{
    /// <summary>The meter code matches no meter.</summary>
    UndefinedMeter,

    /// <summary>The same field code appears in more than one category.</summary>
    DuplicateField,

    /// <summary>A data field of the meter was not sent in the map of its category.</summary>
    MissingField,

    /// <summary>The account code nearly equals that of another account.</summary>
    InvalidAccountCode,

    /// <summary>The uid was used before.</summary>
    DuplicateUid,

    /// <summary>A derived field could not be computed. The measurement is stored, without that value.</summary>
    CalculationError,
}

/// <summary>What became of measurements: accepted = stored + duplicate + failed.</summary>
/// <param name="Accepted">Measurements that were answered for and have left the log.</param>
/// <param name="Stored">Measurements in the store.</param>
/// <param name="Duplicate">Measurements dropped since their uid was used before.</param>
/// <param name="Failed">Measurements that failed for another reason.</param>
public readonly record struct LoadTally(long Accepted, long Stored, long Duplicate, long Failed)
{
    /// <summary>The tally of both.</summary>
    public static LoadTally operator +(LoadTally left, LoadTally right) => new(
        left.Accepted + right.Accepted, left.Stored + right.Stored, left.Duplicate + right.Duplicate,
        left.Failed + right.Failed);
}

/// <summary>What became of the measurements of one meter code that were received on one day.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="MeterCode">Code of the meter, as sent.</param>
/// <param name="MeterId">UUID of the meter; null where no meter had the code.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Tally">The numbers.</param>
public sealed record MeterDay(
    string OrganizationId, string MeterCode, string? MeterId, LocalDate Day, LoadTally Tally);
