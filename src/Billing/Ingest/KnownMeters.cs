using Tallystick.Metering.Ingest;

namespace Tallystick.Billing.Ingest;

/// <summary>Caches the meters of an organization by code, including codes without a meter, until they change.</summary>
internal sealed class KnownMeters(ChangedCodes changed)
{
    private const int Max = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IngestMeter?> _byCode = new(StringComparer.Ordinal);
    private long _changes = changed.Number;

    /// <summary>Looks up a code in the cache. Returns false if it is not cached.</summary>
    /// <param name="code">The code.</param>
    /// <param name="meter">The meter; null if there is none with this code.</param>
    /// <param name="changes">
    /// Change number to pass to <see cref="Keep"/> together with the meter found in the store.
    /// </param>
    internal bool TryFind(string code, out IngestMeter? meter, out long changes)
    {
        lock (_gate)
        {
            Forget();
            changes = _changes;
            return _byCode.TryGetValue(code, out meter);
        }
    }

    /// <summary>Caches the meter found, unless a meter has changed since.</summary>
    internal IngestMeter? Keep(string code, IngestMeter? meter, long changes)
    {
        lock (_gate)
        {
            Forget();
            if (changes == _changes && _byCode.Count < Max)
                _byCode[code] = meter;
            return meter;
        }
    }

    private void Forget()
    {
        var now = changed.Number;
        if (now == _changes)
            return;
        if (changed.Since(_changes) is { } codes)
        {
            foreach (var code in codes)
                _byCode.Remove(code);
        }
        else
        {
            _byCode.Clear();
        }
        _changes = now;
    }
}
