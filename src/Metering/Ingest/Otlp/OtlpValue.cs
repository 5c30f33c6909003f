using System.Globalization;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>The types of values in OpenTelemetry.</summary>
internal enum OtlpKind
{
    Empty,
    Text,
    Boolean,
    Number,
    Bytes,
    List,
    Map,
}

/// <summary>The value of an attribute, a body or a data point.</summary>
internal sealed class OtlpValue
{
    private OtlpValue(OtlpKind kind, string text) => (Kind, Text) = (kind, text);

    public static OtlpValue Empty { get; } = new(OtlpKind.Empty, "");

    public OtlpKind Kind { get; }

    /// <summary>
    /// The value as text, unless it is a list or a map: numbers in decimal, <c>true</c> or <c>false</c>, bytes in
    /// Base64.
    /// </summary>
    public string Text { get; }

    /// <summary>The values of a list.</summary>
    public IReadOnlyList<OtlpValue> Items { get; private init; } = [];

    /// <summary>The members of a map.</summary>
    public OtlpAttributes? Members { get; private init; }

    public static OtlpValue OfText(string text) => new(OtlpKind.Text, text);

    public static OtlpValue OfBoolean(bool value) => new(OtlpKind.Boolean, value ? "true" : "false");

    public static OtlpValue OfInteger(long value) =>
        new(OtlpKind.Number, value.ToString(CultureInfo.InvariantCulture));

    public static OtlpValue OfCount(ulong value) =>
        new(OtlpKind.Number, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number as text.</summary>
    public static OtlpValue OfNumber(string text) => new(OtlpKind.Number, text);

    /// <summary>
    /// A binary floating-point number, as the shortest decimal that identifies it: the one that its sender meant.
    /// </summary>
    public static OtlpValue OfBits(ulong bits) =>
        new(OtlpKind.Number, BitConverter.UInt64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture));

    public static OtlpValue OfBytes(ReadOnlySpan<byte> bytes) => new(OtlpKind.Bytes, Convert.ToBase64String(bytes));

    public static OtlpValue OfList(IReadOnlyList<OtlpValue> items) => new(OtlpKind.List, "") { Items = items };

    public static OtlpValue OfMap(OtlpAttributes members) => new(OtlpKind.Map, "") { Members = members };
}

/// <summary>Attributes in the order in which they were sent. If a key is repeated, its first value counts.</summary>
internal sealed class OtlpAttributes
{
    private const int Few = 8;

    private readonly List<KeyValuePair<string, OtlpValue>> _all = [];
    private Dictionary<string, OtlpValue>? _byKey;

    public IReadOnlyList<KeyValuePair<string, OtlpValue>> All => _all;

    public void Add(string key, OtlpValue value)
    {
        _all.Add(new(key, value));
        _byKey = null;
    }

    /// <summary>The value of an attribute; null if it is absent or empty.</summary>
    public OtlpValue? Find(string key)
    {
        var found = _all.Count <= Few ? Scan(key) : Index().GetValueOrDefault(key);
        return found is null or { Kind: OtlpKind.Empty } ? null : found;
    }

    private OtlpValue? Scan(string key)
    {
        foreach (var (name, value) in _all)
        {
            if (name == key)
                return value;
        }
        return null;
    }

    // Every record looks up the attributes of its resource, of which there can be many.
    private Dictionary<string, OtlpValue> Index()
    {
        if (_byKey is not null)
            return _byKey;
        var index = new Dictionary<string, OtlpValue>(_all.Count, StringComparer.Ordinal);
        foreach (var (key, value) in _all)
            index.TryAdd(key, value);
        return _byKey = index;
    }
}
