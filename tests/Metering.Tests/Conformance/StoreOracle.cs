using System.Numerics;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>
/// What a store must say, one measurement after the other and in whole numbers. It looks at the measurements as they
/// were made, not at the loads made of them, and shares no code with the reference store: a mistake in one of the two
/// is found by the other.
/// </summary>
internal sealed class StoreOracle(StoreLoads loads)
{
    private const int Scale = 28;

    private static readonly BigInteger[] PowersOfTen =
        [.. Enumerable.Range(0, Scale + 1).Select(power => BigInteger.Pow(10, power))];

    private static readonly BigInteger One = PowersOfTen[Scale];

    private static readonly BigInteger MaxMantissa = BigInteger.Pow(2, 96) - 1;

    /// <summary>What became of the organization's measurements.</summary>
    public IReadOnlyList<MeterDay> TalliesOf(string organization)
    {
        var days = new Dictionary<(string Code, string? Id, LocalDate Day), LoadTally>();
        foreach (var row in loads.Rows)
        {
            if (row.OrganizationId == organization)
                Add(row.MeterId == "meter-m" ? "m" : "k", row.MeterId, row.ReceivedAt, new LoadTally(1, 1, 0, 0));
        }
        foreach (var row in loads.Voided)
        {
            if (row.OrganizationId == organization)
                Add(row.MeterId == "meter-m" ? "m" : "k", row.MeterId, row.ReceivedAt, new LoadTally(1, 0, 0, 0, 1));
        }
        foreach (var row in loads.Erased)
        {
            if (row.OrganizationId == organization)
                Add(row.MeterId == "meter-m" ? "m" : "k", row.MeterId, row.ReceivedAt, new LoadTally(1, 0, 0, 0, 0, 1));
        }
        foreach (var failure in loads.AllFailures)
        {
            if (failure.OrganizationId != organization)
                continue;
            if (failure.Type == IngestFailure.DuplicateUid)
                Add("m", "meter-m", failure.ReceivedAt, new LoadTally(1, 0, 1, 0));
            else
                Add("x", null, failure.ReceivedAt, new LoadTally(1, 0, 0, 1));
        }
        return [.. days.Select(one =>
            new MeterDay(organization, one.Key.Code, one.Key.Id, one.Key.Day, one.Value))];

        void Add(string code, string? id, Instant receivedAt, LoadTally tally)
        {
            var key = (code, id, DayOf(receivedAt));
            var former = days.GetValueOrDefault(key);
            days[key] = new LoadTally(
                former.Accepted + tally.Accepted, former.Stored + tally.Stored, former.Duplicate + tally.Duplicate,
                former.Failed + tally.Failed, former.Voided + tally.Voided, former.Erased + tally.Erased);
        }
    }

    /// <summary>How many rows there are, by meter and day.</summary>
    public IReadOnlyList<StoredRows> CountRows(string organization, Instant since)
    {
        var counts = new List<StoredRows>();
        foreach (var row in loads.Rows)
            Add(row, 1, 0);
        foreach (var row in loads.Voided)
            Add(row, 0, 1);
        return counts;

        void Add(StoredOne row, int stored, int voided)
        {
            if (row.OrganizationId != organization || row.ReceivedAt < since)
                return;
            var at = counts.FindIndex(count => count.MeterId == row.MeterId && count.Day == DayOf(row.ReceivedAt));
            if (at < 0)
                counts.Add(new StoredRows(row.MeterId, DayOf(row.ReceivedAt), stored, voided));
            else
                counts[at] = new StoredRows(
                    row.MeterId, counts[at].Day, counts[at].Count + stored, counts[at].Voided + voided);
        }
    }

    /// <summary>The measurements that a request voids, and the uids for which there is none.</summary>
    public (IReadOnlyList<StoredOne> Voided, VoidOutcome Outcome) Void(UsageVoid request)
    {
        var rows = new List<StoredOne>();
        var missing = new List<string>();
        foreach (var uid in request.Uids)
        {
            var found = loads.Rows.FindAll(row => row.Uid == uid && row.OrganizationId == request.OrganizationId
                && row.Position < request.Before.Value);
            rows.AddRange(found);
            if (found.Count == 0)
                missing.Add(uid);
        }
        return (rows, new VoidOutcome(rows.Count, missing));
    }

    /// <summary>The measurements that a request erases.</summary>
    public IReadOnlyList<StoredOne> Erase(UsageErasure request)
    {
        var rows = new List<StoredOne>();
        foreach (var row in loads.Rows.Concat(loads.Voided))
        {
            if (row.OrganizationId == request.OrganizationId && row.Position < request.Before.Value
                && (request.AccountId is null || row.AccountId == request.AccountId))
                rows.Add(row);
        }
        return rows;
    }

    /// <summary>Erased measurements whose uids must stay used.</summary>
    public IReadOnlyList<ErasedMeasurement> Erased(Instant since)
    {
        var found = new List<ErasedMeasurement>();
        foreach (var row in loads.Erased)
        {
            if (!(row.ReceivedAt < since) && row.Position >= loads.LogStart)
                found.Add(new ErasedMeasurement(row.OrganizationId, new LogPosition(row.Position)));
        }
        return found;
    }

    /// <summary>What failed, the latest first.</summary>
    public IReadOnlyList<FailedMeasurement> FailuresOf(
        string organization, LogPosition before, Instant since, int limit)
    {
        var found = new List<FailedMeasurement>();
        // They were added in the order of their positions.
        for (var at = loads.Failures.Count - 1; at >= 0 && found.Count < limit; at--)
        {
            var failure = loads.Failures[at];
            if (failure.OrganizationId == organization && failure.Position.Value < before.Value
                && !(failure.ReceivedAt < since))
                found.Add(failure);
        }
        return found;
    }

    /// <summary>The uids received since an instant, with their positions.</summary>
    public IReadOnlyList<(string Organization, string Uid, long Position)> Uids(Instant since)
    {
        var found = new List<(string, string, long)>();
        foreach (var row in loads.Rows.Concat(loads.Voided))
        {
            if (!(row.ReceivedAt < since))
                found.Add((row.OrganizationId, row.Uid, row.Position));
        }
        return found;
    }

    /// <summary>The values of all windows and segments.</summary>
    public IReadOnlyList<UsageValue> Read(UsageQuery query)
    {
        var groups = new Dictionary<(int Window, int Segment), List<StoredOne>>();
        foreach (var row in loads.Rows)
        {
            if (row.OrganizationId != query.OrganizationId || row.MeterId != query.Meter.Id
                || IsFilteredOut(row, query) || SegmentOf(row, query) is not { } segment)
                continue;
            for (var index = 0; index < query.Windows.Count; index++)
                Add(index, query.Windows[index], row, segment);
            for (var index = 0; index < query.WindowSets.Count; index++)
            {
                foreach (var window in query.WindowSets[index])
                    Add(query.Windows.Count + index, window, row, segment);
            }
        }
        return [.. groups.Select(group => new UsageValue(
            group.Key.Window, group.Key.Segment, Aggregate(group.Value, query.Field, query.Method)))];

        void Add(int index, UsageWindow of, StoredOne row, int segment)
        {
            if (of.AccountId != row.AccountId || row.Ts < of.Window.Start || row.Ts >= of.Window.End)
                return;
            if (!groups.TryGetValue((index, segment), out var group))
                groups[(index, segment)] = group = [];
            group.Add(row);
        }
    }

    private static bool IsFilteredOut(StoredOne row, UsageQuery query)
    {
        var (hasIncluded, isIncluded) = (false, false);
        foreach (var (field, value, isExcluded) in query.Filters)
        {
            var isValue = field == "kind" && value == row.Kind;
            if (isExcluded && isValue)
                return true;
            // Only the kind is a text, so no row has a value of another field.
            if (!isExcluded && field != "kind")
                return true;
            hasIncluded |= !isExcluded;
            isIncluded |= !isExcluded && isValue;
        }
        return hasIncluded && !isIncluded;
    }

    /// <summary>The measurements that an exploration asks for, the most recently received first.</summary>
    public IReadOnlyList<StoredOne> Find(UsageExploration query)
    {
        var found = new List<StoredOne>();
        // They were added in the order of receipt.
        for (var at = loads.Rows.Count - 1; at >= 0; at--)
        {
            var row = loads.Rows[at];
            var isOfMeter = false;
            foreach (var meter in query.Meters)
                isOfMeter |= meter.Id == row.MeterId;
            var isOfAccount = query.AccountIds is null;
            foreach (var account in query.AccountIds ?? [])
                isOfAccount |= account == row.AccountId;
            if (row.OrganizationId == query.OrganizationId && isOfMeter && isOfAccount
                && !(row.Ts < query.Window.Start) && row.Ts < query.Window.End)
                found.Add(row);
        }
        return found;
    }

    /// <summary>The groups of an exploration, the most recently received first.</summary>
    public IReadOnlyList<ExplorerGroupRow> Group(UsageExploration query)
    {
        // The first row of a group is its latest: groups appear in the order in which they are answered.
        var groups = new List<(ExplorerValue[] Keys, List<StoredOne> Rows)>();
        foreach (var row in Find(query))
        {
            var keys = new ExplorerValue[query.Groups.Count];
            for (var at = 0; at < keys.Length; at++)
                keys[at] = KeyOf(row, query.Groups[at]);
            var index = groups.FindIndex(group => group.Keys.AsSpan().SequenceEqual(keys));
            if (index < 0)
                groups.Add((keys, [row]));
            else
                groups[index].Rows.Add(row);
        }
        var answers = new List<ExplorerGroupRow>();
        foreach (var (keys, rows) in groups)
        {
            var values = new decimal?[query.Aggregations.Count];
            for (var at = 0; at < values.Length; at++)
            {
                var (meter, field, method) = query.Aggregations[at];
                var ofMeter = rows.FindAll(row => row.MeterId == meter.Id);
                values[at] = ofMeter.Count == 0 ? null : Aggregate(ofMeter, field, method);
            }
            answers.Add(new ExplorerGroupRow(keys, values));
        }
        return answers;
    }

    // Null for none. A value beats any value, wherever they stand.
    private static int? SegmentOf(StoredOne row, UsageQuery query)
    {
        if (query.SegmentedFields.Count == 0)
            return -1;
        int? any = null;
        for (var at = 0; at < query.Segments.Count; at++)
        {
            var value = query.Segments[at]["kind"];
            if (value == row.Kind)
                return at;
            if (value == "*")
                any ??= at;
        }
        return any;
    }

    private static ExplorerValue KeyOf(StoredOne row, ExplorerGroup group)
    {
        switch (group)
        {
            case ExplorerGroup.ByAccount:
                return new ExplorerValue(row.AccountId);
            case ExplorerGroup.ByTime:
                var seconds = row.Ts.ToUnixTimeSeconds();
                return new ExplorerValue(null, Time: Instant.FromUnixTimeSeconds(seconds - seconds % 86_400));
            case ExplorerGroup.ByDimension dimension:
                return new ExplorerValue(dimension.MeterIds.Contains(row.MeterId) ? row.Kind : null);
            default:
                throw new ArgumentOutOfRangeException(nameof(group), group, null);
        }
    }

    private static decimal Aggregate(List<StoredOne> rows, string field, AggregationMethod method)
    {
        var (total, min, max) = (BigInteger.Zero, Whole(rows[0].Number), Whole(rows[0].Number));
        var latest = rows[0];
        var different = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var number = Whole(row.Number);
            total += number;
            min = number < min ? number : min;
            max = number > max ? number : max;
            if (row.Ts > latest.Ts || row.Ts == latest.Ts && row.Position > latest.Position)
                latest = row;
            if (method == AggregationMethod.Unique)
                different.Add(field == "kind" ? row.Kind : $"{number}");
        }
        return method switch
        {
            AggregationMethod.Count => rows.Count,
            AggregationMethod.Unique => different.Count,
            AggregationMethod.Sum => Decimal(total, One),
            AggregationMethod.Min => Decimal(min, One),
            AggregationMethod.Max => Decimal(max, One),
            AggregationMethod.Mean => Decimal(total, One * rows.Count),
            AggregationMethod.Latest => Decimal(Whole(latest.Number), One),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
        };
    }

    // Exact: how many 10^-28 it has.
    private static BigInteger Whole(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var mantissa = ((new BigInteger((uint)bits[2]) << 32) + (uint)bits[1] << 32) + (uint)bits[0];
        return (bits[3] < 0 ? -mantissa : mantissa) * PowersOfTen[Scale - (bits[3] >> 16 & 0xff)];
    }

    // As many digits as a decimal has room for, a half to the even digit.
    private static decimal Decimal(BigInteger numerator, BigInteger denominator)
    {
        for (var scale = Scale; ; scale--)
        {
            var doubled = 2 * BigInteger.Abs(numerator) * PowersOfTen[scale];
            var rounded = (doubled + denominator) / (2 * denominator);
            if ((doubled + denominator) % (2 * denominator) == 0 && !rounded.IsEven)
                rounded--;
            if (rounded <= MaxMantissa)
                return (decimal)(numerator < 0 ? -rounded : rounded) * new decimal(1, 0, 0, false, (byte)scale);
        }
    }

    private static LocalDate DayOf(Instant receivedAt) => LocalDate.FromDateTime(receivedAt.ToDateTimeUtc());
}
