using System.Text;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>
/// What every log must do: random work on it, after each step of which all that it says is compared with a list of what
/// was appended.
/// </summary>
internal sealed class LogSuite(ILogSubject subject, int seed)
{
    private static readonly string[] Organizations = ["org-1", "org-2"];

    private readonly Random _random = new(seed);
    private readonly List<Sent> _sent = [];
    private readonly List<Sent> _gone = [];
    private Instant _now = Make.Now;
    private int _uids;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Does some steps and checks after each.</summary>
    public static async Task RunAsync(Func<ILogSubject> make, int runs, int steps)
    {
        for (var seed = 0; seed < runs; seed++)
        {
            await using var subject = make();
            var suite = new LogSuite(subject, seed);
            for (var step = 0; step < steps; step++)
            {
                await suite.StepAsync();
                await suite.CheckAsync();
            }
        }
    }

    private Task StepAsync()
    {
        _now += Duration.FromMinutes(_random.Next(1, 30));
        return _random.Next(12) switch
        {
            0 => subject.ReopenAsync(),
            1 => TrimAsync(),
            2 => AppendNotKeptAsync(),
            3 or 4 => AppendUnknownAsync(),
            5 => AppendSeveralAsync(),
            6 => WaitAsync(),
            _ => AppendAsync(),
        };
    }

    private async Task AppendAsync()
    {
        var sent = Batch();
        var end = subject.Log.End;
        sent.After = await subject.Log.AppendAsync(sent.Bytes, _now, Token);
        sent.After.Value.ShouldBeGreaterThan(end.Value);
        sent.After.Value.ShouldBeLessThanOrEqualTo(subject.Log.End.Value);
        _sent.Add(sent);
    }

    // They may be kept in any order: the one in which they are read.
    private async Task AppendSeveralAsync()
    {
        var several = Enumerable.Range(0, _random.Next(2, 6)).Select(_ => Batch()).ToList();
        var answers = several
            .Select(sent => Task.Run(() => subject.Log.AppendAsync(sent.Bytes, _now, Token).AsTask(), Token)).ToList();
        foreach (var (sent, answer) in several.Zip(answers))
            sent.After = await answer;
        var found = await ReadAsync(subject.Log.Start);
        var order = several.ToDictionary(sent => sent, sent => found.FindIndex(one => sent.Is(one)));
        order.Values.ShouldAllBe(index => index >= 0);
        _sent.AddRange(several.OrderBy(sent => order[sent]));
    }

    private async Task AppendNotKeptAsync()
    {
        subject.FailNext(AppendFault.NotKept);
        var end = subject.Log.End;
        var fault = await Should.ThrowAsync<Exception>(subject.Log.AppendAsync(Batch().Bytes, _now, Token).AsTask());
        fault.ShouldNotBeOfType<AppendUnknownException>();
        subject.Log.End.ShouldBe(end);
    }

    private async Task AppendUnknownAsync()
    {
        subject.FailNext(AppendFault.Unknown);
        var sent = Batch();
        await Should.ThrowAsync<AppendUnknownException>(subject.Log.AppendAsync(sent.Bytes, _now, Token).AsTask());
        sent.IsDoubtful = true;
        _sent.Add(sent);
        if (_random.Next(2) == 0)
            await subject.CrashAsync();
        if (_random.Next(2) == 0)
            return;
        // What the sender does: the measurements are there twice then, and known by their uids.
        await CheckAsync();
        var again = sent.Again(_now);
        again.After = await subject.Log.AppendAsync(again.Bytes, again.ReceivedAt, Token);
        _sent.Add(again);
    }

    private async Task WaitAsync()
    {
        var end = subject.Log.End;
        if (end > subject.Log.Start)
            subject.Log.WaitForMoreAsync(subject.Log.Start, Token).IsCompletedSuccessfully.ShouldBeTrue();
        var waiting = subject.Log.WaitForMoreAsync(end, Token);
        waiting.IsCompleted.ShouldBeFalse();
        await AppendAsync();
        await waiting;
    }

    private async Task TrimAsync()
    {
        var kept = _sent.Where(sent => !sent.IsDoubtful).ToList();
        if (kept.Count == 0)
            return;
        var before = kept[_random.Next(kept.Count)].After;
        var until = kept[_random.Next(kept.Count)].ReceivedAt;
        await subject.Log.TrimAsync(before, until, Token);
        foreach (var sent in kept.TakeWhile(sent => sent.After <= before && sent.ReceivedAt < until))
            sent.MayBeGone = true;
    }

    private async Task CheckAsync()
    {
        var found = await ReadAsync(subject.Log.Start);
        Match(found);
        CheckPositions(found);
        if (found.Count > 0)
        {
            var at = _random.Next(found.Count);
            var rest = await ReadAsync(found[at].Next);
            rest.Select(one => one.Position)
                .ShouldBe(found.Where(one => one.Position >= found[at].Next).Select(one => one.Position));
        }
        (await ReadAsync(subject.Log.End)).ShouldBeEmpty();
        await LookUpAsync(found);
    }

    // In the order of the appends; of those whose outcome is unknown each is at its place or nowhere, for good.
    private void Match(List<Found> found)
    {
        var place = 0;
        foreach (var sent in _sent.ToList())
        {
            if (place < found.Count && sent.Is(found[place]))
            {
                sent.Confirm(found[place]);
                place++;
            }
            else if (sent.IsDoubtful)
            {
                if (place < found.Count)
                    _sent.Remove(sent);
            }
            else
            {
                place.ShouldBe(0, "a record in the midst is missing");
                sent.MayBeGone.ShouldBeTrue("a record is missing");
                _sent.Remove(sent);
                _gone.Add(sent);
            }
        }
        place.ShouldBe(found.Count, "there are records that nobody appended, or that were refused");
    }

    private void CheckPositions(List<Found> found)
    {
        var last = new LogPosition(-1);
        foreach (var one in found)
        {
            one.Position.Value.ShouldBeGreaterThan(last.Value);
            one.Rows.ShouldBe(one.Rows.Order());
            one.Rows[0].Value.ShouldBeGreaterThanOrEqualTo(one.Position.Value);
            last = one.Rows[^1];
            last.Value.ShouldBeLessThan(one.Next.Value);
        }
        var end = subject.Log.End;
        if (found.Count > 0)
        {
            found[^1].Next.ShouldBe(end);
            found[0].Position.Value.ShouldBeGreaterThanOrEqualTo(subject.Log.Start.Value);
        }
        subject.Log.BytesBetween(end, end).ShouldBe(0);
        subject.Log.BytesBetween(subject.Log.Start, end).ShouldBeGreaterThanOrEqualTo(found.Sum(one => one.Length));
    }

    private async Task LookUpAsync(List<Found> found)
    {
        var lookup = subject.Log.OpenLookup();
        foreach (var (position, measurement, batch) in _sent.Where(sent => sent.Rows.Count > 0 && !sent.IsDoubtful)
            .SelectMany(sent => sent.Rows.Zip(sent.Batch.Measurements, (at, one) => (at, one, sent.Batch))))
        {
            var read = (await lookup.ReadAsync(position)).ShouldNotBeNull();
            (read with { Fields = [] }).ShouldBe(measurement with { Fields = [] });
            read.Fields.ShouldBe(measurement.Fields);
            var row = (await FindAsync(lookup, position, batch.OrganizationId, measurement.Uid)).ShouldNotBeNull();
            row.Position.ShouldBe(position);
            row.ReceivedAt.ShouldBe(Nanoseconds.Of(batch.ReceivedAt));
            (await FindAsync(lookup, position, batch.OrganizationId, measurement.Uid + "x")).ShouldBeNull();
            (await FindAsync(lookup, position, batch.OrganizationId + "x", measurement.Uid)).ShouldBeNull();
        }
        foreach (var position in _gone.SelectMany(sent => sent.Rows).Where(at => at < subject.Log.Start))
            (await lookup.ReadAsync(position)).ShouldBeNull();
        // Equal content has equal hashes, other content has another.
        var hashes = new List<(string Content, int Hash)>();
        foreach (var sent in _sent.Where(sent => sent.Rows.Count > 0))
        {
            var first = sent.Batch.Measurements[0];
            var row = await FindAsync(lookup, sent.Rows[0], sent.Batch.OrganizationId, first.Uid);
            hashes.Add(($"{first.Ts} {first.Fields[0].Number}", row.ShouldNotBeNull().ContentHash));
        }
        hashes.Distinct().Count().ShouldBe(hashes.Select(one => one.Content).Distinct().Count());
        found.Count.ShouldBeLessThanOrEqualTo(_sent.Count);
    }

    private static ValueTask<LoggedRow?> FindAsync(
        IMeasurementLookup lookup, LogPosition position, string organizationId, string uid) =>
        lookup.FindAsync(position, Encoding.UTF8.GetBytes(organizationId), Encoding.UTF8.GetBytes(uid));

    private async Task<List<Found>> ReadAsync(LogPosition from)
    {
        var found = new List<Found>();
        await foreach (var entry in subject.Log.ReadAsync(from, Token))
        {
            foreach (var record in entry.Records)
                found.Add(Found.Of(record, entry.Next));
        }
        return found;
    }

    private Sent Batch()
    {
        var measurements = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new Measurement
        {
            Uid = $"u{_uids++}",
            Meter = "m",
            Account = "acme",
            Ts = _now,
            Fields = [new FieldValue(DataFieldCategory.Measure, "n", null, _random.Next(3))],
        }).ToList();
        return new Sent(new MeasurementBatch(Organizations[_random.Next(2)], _now, measurements));
    }

    /// <summary>A record that was appended.</summary>
    private sealed class Sent(MeasurementBatch batch)
    {
        public MeasurementBatch Batch => batch;

        public byte[] Bytes { get; } = Encode(batch);

        public Instant ReceivedAt => batch.ReceivedAt;

        public bool IsDoubtful { get; set; }

        /// <summary>Whether it lies before what a trim had to keep.</summary>
        public bool MayBeGone { get; set; }

        public LogPosition After { get; set; }

        /// <summary>The positions of its measurements, once they were read.</summary>
        public IReadOnlyList<LogPosition> Rows { get; private set; } = [];

        public bool Is(Found found) => Bytes.AsSpan().SequenceEqual(found.Bytes);

        public Sent Again(Instant receivedAt) => new(batch with { ReceivedAt = receivedAt + Duration.FromSeconds(1) });

        public void Confirm(Found found)
        {
            if (Rows.Count > 0)
                found.Rows.ShouldBe(Rows, "a position has changed");
            Rows = found.Rows;
            if (IsDoubtful)
                (After, IsDoubtful) = (found.Next, false);
            Rows[^1].Value.ShouldBeLessThan(After.Value);
        }

        private static byte[] Encode(MeasurementBatch batch)
        {
            var writer = new BatchWriter();
            writer.Begin(batch.OrganizationId, Nanoseconds.Of(batch.ReceivedAt));
            var list = writer.List([BatchWriter.NumberOf(DataFieldCategory.Measure), 1, (byte)'n']);
            foreach (var measurement in batch.Measurements)
            {
                var values = new ByteBuffer(16);
                NumberEncoding.Write(values, measurement.Fields[0].Number);
                writer.Row(
                    Encoding.UTF8.GetBytes(measurement.Uid), writer.Meter("m"u8), list, writer.Account("acme"u8),
                    Nanoseconds.Of(measurement.Ts), null, values.Written);
            }
            return writer.End().ToArray();
        }
    }

    /// <summary>A record that was read.</summary>
    private sealed record Found(
        byte[] Bytes, LogPosition Position, LogPosition Next, IReadOnlyList<LogPosition> Rows)
    {
        public int Length => Bytes.Length;

        public static Found Of(LogRecord record, LogPosition next)
        {
            var rows = new List<LogPosition>();
            var reader = new BatchReader();
            reader.Open(record.Bytes);
            while (reader.TryRead(out var row))
            {
                rows.Add(record.PositionOf(row.Start));
                BatchDecoder.Decode(reader, row, out var valueBytes);
                reader.Advance(row, valueBytes);
            }
            return new Found(record.Bytes.ToArray(), record.Position, next, rows);
        }
    }
}
