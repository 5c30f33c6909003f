using System.Collections.Concurrent;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.Meters;

namespace Tallystick.Server.Resources;

/// <summary>Tells which configuration has changed, so that what was read before can be read again.</summary>
internal sealed class ChangeFeed
{
    private readonly ConcurrentDictionary<(string OrganizationId, string Kind), long> _generations = new();
    private readonly ConcurrentDictionary<string, long> _totals = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string OrganizationId, string Kind), ChangedCodes> _codes = new();

    /// <summary>Grows with each change of the kind in the organization.</summary>
    internal long Generation(string organizationId, string kind) =>
        _generations.GetValueOrDefault((organizationId, kind));

    /// <summary>Grows with each change in the organization.</summary>
    internal long Generation(string organizationId) => _totals.GetValueOrDefault(organizationId);

    /// <summary>The codes of <c>Account</c> or <c>Meter</c> that changes have made stand for something else.</summary>
    internal ChangedCodes Codes(string organizationId, string kind) =>
        _codes.GetOrAdd((organizationId, kind), _ => new ChangedCodes());

    /// <summary>A change of the kind is committed.</summary>
    internal void Publish(string organizationId, string kind)
    {
        _generations.AddOrUpdate((organizationId, kind), 1, (_, generation) => generation + 1);
        _totals.AddOrUpdate(organizationId, 1, (_, generation) => generation + 1);
    }

    /// <summary>A change of an entity is committed.</summary>
    internal void Publish(string organizationId, Resource? before, Resource? after)
    {
        switch (before ?? after)
        {
            // Measurements name the code alone: nothing else of an account matters to ingest.
            case Account when (before as Account)?.Code != (after as Account)?.Code:
                Codes(organizationId, "Account").Add((before as Account)?.Code);
                break;
            case Meter:
                Codes(organizationId, "Meter").Add((before as Meter)?.Code);
                Codes(organizationId, "Meter").Add((after as Meter)?.Code);
                break;
        }
    }
}

/// <summary>The latest codes of a kind that changes have made stand for something else.</summary>
internal sealed class ChangedCodes
{
    private const int MostKept = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<(long Number, string Code)> _codes = new();
    private long _number;
    private long _forgotten;

    /// <summary>Changes so far, those that only brought a new code included.</summary>
    internal long Number => Interlocked.Read(ref _number);

    /// <summary>A change is committed.</summary>
    /// <param name="code">The code that stands for something else now; null when the change brought a new one.</param>
    internal void Add(string? code)
    {
        lock (_gate)
        {
            // The number comes last: whoever sees it finds the code.
            if (code is not null)
                _codes.Enqueue((_number + 1, code));
            if (_codes.Count > MostKept)
                _forgotten = _codes.Dequeue().Number;
            Interlocked.Increment(ref _number);
        }
    }

    /// <summary>The codes that have changed since a number; null when there were too many to tell.</summary>
    internal IReadOnlyList<string>? Since(long number)
    {
        lock (_gate)
            return number < _forgotten ? null : [.. _codes.Where(one => one.Number > number).Select(one => one.Code)];
    }
}
