using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// The decisions about a range of the log: which measurements are stored, which failed, and the tallies. Retries apply
/// it unchanged. Its memory is reused for a later load, so no part of it may be retained.
/// </summary>
public sealed class MeasurementLoad
{
    private readonly List<MeterRows> _meters = [];
    private readonly List<LoadedAccount> _accounts = [];
    private readonly List<FailedMeasurement> _failures = [];
    private readonly List<MeterDay> _tallies = [];

    /// <summary>Number of the partition.</summary>
    public int Partition { get; private set; }

    /// <summary>Start of the range; must be the store's position.</summary>
    public LogPosition From { get; private set; }

    /// <summary>End of the range; becomes the store's position.</summary>
    public LogPosition To { get; private set; }

    /// <summary>The measurements to store, by meter. A meter that changed in the meantime may occur twice.</summary>
    public IReadOnlyList<MeterRows> Meters => _meters;

    /// <summary>The accounts, to which the rows refer by index.</summary>
    public IReadOnlyList<LoadedAccount> Accounts => _accounts;

    /// <summary>
    /// The measurements that failed, including duplicates, and those without a derived value, in the order received.
    /// </summary>
    public IReadOnlyList<FailedMeasurement> Failures => _failures;

    /// <summary>The outcomes of all measurements in the range, by meter code and day of receipt.</summary>
    public IReadOnlyList<MeterDay> Tallies => _tallies;

    /// <summary>
    /// Incremented by <see cref="Begin"/>. Distinguishes loads that use the same instance, including a load that starts
    /// again after a fault.
    /// </summary>
    internal long Begun { get; private set; }

    /// <summary>Begins a new, empty load.</summary>
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

    /// <summary>Extends the range to a position.</summary>
    public void ExtendTo(LogPosition position) => To = position;

    /// <summary>Adds the rows of a meter.</summary>
    public void Add(MeterRows meter) => _meters.Add(meter);

    /// <summary>Adds a failure.</summary>
    public void Add(FailedMeasurement failure) => _failures.Add(failure);

    /// <summary>Sorts the failures in the order received.</summary>
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

/// <summary>An account in a load. Loads share one object per account.</summary>
/// <param name="organizationId">Its organization.</param>
/// <param name="accountId">Its UUID.</param>
public sealed class LoadedAccount(string organizationId, string accountId)
{
    /// <summary>Its organization.</summary>
    public string OrganizationId => organizationId;

    /// <summary>Its UUID.</summary>
    public string AccountId => accountId;

    /// <summary>Its code, by which measurements refer to it.</summary>
    public string Code { get; init; } = "";

    /// <summary>Its custom fields, for the calculations of derived fields.</summary>
    public IReadOnlyDictionary<string, CustomFieldValue>? CustomFields { get; init; }
}

/// <summary>
/// A measurement that was accepted but not stored, or stored without a derived value. Its content is in the log.
/// </summary>
/// <param name="OrganizationId">Its organization.</param>
/// <param name="Type">Reason for the failure.</param>
/// <param name="Detail">
/// Details of the failure: the field, the nearly identical account code, or that a duplicate has different content.
/// </param>
/// <param name="ReceivedAt">When it was received.</param>
/// <param name="Position">Its position in the log; identifies it and determines the order of receipt.</param>
/// <param name="AccountId">UUID of its account, if known.</param>
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

    /// <summary>
    /// The account does not exist and was not created, or its code is nearly identical to that of another account.
    /// </summary>
    InvalidAccountCode,

    /// <summary>The uid was used before.</summary>
    DuplicateUid,

    /// <summary>A derived field could not be computed. The measurement is stored, without that value.</summary>
    CalculationError,

    /// <summary>A row of an uploaded file is not a valid measurement.</summary>
    InvalidRow,
}

/// <summary>
/// The outcomes of loaded measurements: accepted = stored + duplicate + failed + voided + erased.
/// </summary>
/// <param name="Accepted">Measurements that were accepted and loaded.</param>
/// <param name="Stored">Measurements in the store.</param>
/// <param name="Duplicate">Measurements dropped because their uid was used before.</param>
/// <param name="Failed">Measurements that failed for another reason.</param>
/// <param name="Voided">Measurements that were stored and then voided.</param>
/// <param name="Erased">Measurements that were stored and then erased.</param>
public readonly record struct LoadTally(
    long Accepted, long Stored, long Duplicate, long Failed, long Voided = 0, long Erased = 0)
{
    /// <summary>The sum of two tallies.</summary>
    public static LoadTally operator +(LoadTally left, LoadTally right) => new(
        left.Accepted + right.Accepted, left.Stored + right.Stored, left.Duplicate + right.Duplicate,
        left.Failed + right.Failed, left.Voided + right.Voided, left.Erased + right.Erased);
}

/// <summary>The outcomes of the measurements of one meter code that were received on one day.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="MeterCode">Code of the meter, as sent.</param>
/// <param name="MeterId">UUID of the meter; null if no meter had the code.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Tally">The outcomes.</param>
public sealed record MeterDay(
    string OrganizationId, string MeterCode, string? MeterId, LocalDate Day, LoadTally Tally);
