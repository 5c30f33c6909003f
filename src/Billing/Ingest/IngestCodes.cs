using System.Collections.Concurrent;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Json;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Ingest;

/// <summary>Tracks the codes of accounts and meters whose cached lookups are invalid after a change.</summary>
public sealed class IngestCodes : IChangeListener
{
    private readonly ConcurrentDictionary<string, ChangedCodes> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ChangedCodes> _meters = new(StringComparer.Ordinal);

    /// <summary>Codes of accounts.</summary>
    internal ChangedCodes Accounts(string organizationId) =>
        _accounts.GetOrAdd(organizationId, _ => new ChangedCodes());

    /// <summary>Codes of meters.</summary>
    internal ChangedCodes Meters(string organizationId) =>
        _meters.GetOrAdd(organizationId, _ => new ChangedCodes());

    /// <inheritdoc/>
    public void Changed(
        string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities)
    {
        foreach (var (before, after) in entities)
        {
            switch (before ?? after)
            {
                // Ingest uses only the code and custom fields of an account.
                case Account when (before as Account)?.Code != (after as Account)?.Code || HaveChanged(before, after):
                    Accounts(organizationId).Add((before as Account)?.Code);
                    break;
                // Derived fields of any meter may use these.
                case CustomFieldDefaults or LookupTable:
                case LookupTableRevision when IsPublished(before) || IsPublished(after):
                case OrganizationConfig when
                    (before as OrganizationConfig)?.Timezone != (after as OrganizationConfig)?.Timezone:
                case Product when HaveChanged(before, after):
                    Meters(organizationId).AddAll();
                    break;
                case Meter:
                    Meters(organizationId).Add((before as Meter)?.Code);
                    Meters(organizationId).Add((after as Meter)?.Code);
                    break;
            }
        }
    }

    private static bool IsPublished(Resource? entity) =>
        entity is LookupTableRevision { Status: LookupTableRevisionStatus.Published };

    private static bool HaveChanged(Resource? before, Resource? after) => !AreSame(
        (before as ResourceWithCustomFields)?.CustomFields, (after as ResourceWithCustomFields)?.CustomFields);

    private static bool AreSame(
        IReadOnlyDictionary<string, CustomFieldValue>? before, IReadOnlyDictionary<string, CustomFieldValue>? after) =>
        (before?.Count ?? 0) == (after?.Count ?? 0)
        && (before ?? new Dictionary<string, CustomFieldValue>()).All(
            field => after!.TryGetValue(field.Key, out var value) && value == field.Value);
}

/// <summary>The most recent codes of one kind whose cached lookups are invalid.</summary>
internal sealed class ChangedCodes
{
    private const int MaxKept = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<(long Number, string Code)> _codes = new();
    private long _number;
    private long _forgotten;

    /// <summary>Number of changes so far, including those that only added a code.</summary>
    internal long Number => Interlocked.Read(ref _number);

    /// <summary>Records a committed change that invalidates all codes.</summary>
    internal void AddAll()
    {
        lock (_gate)
        {
            _codes.Clear();
            _forgotten = _number + 1;
            Interlocked.Increment(ref _number);
        }
    }

    /// <summary>Records a committed change.</summary>
    /// <param name="code">The code that is now invalid; null if the change only added a code.</param>
    internal void Add(string? code)
    {
        lock (_gate)
        {
            // Increment the number last, so that a reader that sees it also finds the code.
            if (code is not null)
                _codes.Enqueue((_number + 1, code));
            if (_codes.Count > MaxKept)
                _forgotten = _codes.Dequeue().Number;
            Interlocked.Increment(ref _number);
        }
    }

    /// <summary>
    /// The codes invalidated since a change number; null if they are no longer known, in which case all are invalid.
    /// </summary>
    internal IReadOnlyList<string>? Since(long number)
    {
        lock (_gate)
            return number < _forgotten ? null : [.. _codes.Where(one => one.Number > number).Select(one => one.Code)];
    }
}
