using System.Globalization;
using NodaTime;

namespace Tallystick.Metering.Expressions;

/// <summary>A value whose type is known only during evaluation. The default is null.</summary>
internal readonly struct Value : IEquatable<Value>
{
    private const decimal NanosecondsPerDay = NodaConstants.NanosecondsPerDay;

    private readonly decimal _number;
    private readonly Kinds _kind;

    private Value(Kinds kind, decimal number, string? text) => (_kind, _number, Text) = (kind, number, text);

    // Null must be first, because it is the default.
    private enum Kinds : byte
    {
        Null,
        Number,
        Text,
        Boolean,
        DateTime,
    }

    internal bool IsNull => _kind == Kinds.Null;

    /// <summary>Its type; open for null.</summary>
    internal ValueKind Kind => _kind switch
    {
        Kinds.Number => ValueKind.Number,
        Kinds.Text => ValueKind.Text,
        Kinds.Boolean => ValueKind.Boolean,
        Kinds.DateTime => ValueKind.DateTime,
        _ => ValueKind.Open,
    };

    /// <summary>The number; null for values of other types.</summary>
    internal decimal? Number => _kind == Kinds.Number ? _number : null;

    /// <summary>The text; null for values of other types.</summary>
    internal string? Text { get; }

    /// <summary>The boolean; null for values of other types.</summary>
    internal bool? Boolean => _kind == Kinds.Boolean ? _number != 0 : null;

    /// <summary>The date-time; null for values of other types.</summary>
    internal Instant? DateTime => _kind == Kinds.DateTime ? ToInstant(_number) : null;

    internal static Value Of(decimal? number) =>
        number is { } given ? new Value(Kinds.Number, given, null) : default;

    internal static Value Of(string? text) => text is null ? default : new Value(Kinds.Text, 0, text);

    internal static Value Of(bool? boolean) =>
        boolean is { } given ? new Value(Kinds.Boolean, given ? 1 : 0, null) : default;

    internal static Value Of(Instant? instant) =>
        instant is { } given ? new Value(Kinds.DateTime, ToNumber(given), null) : default;

    /// <summary>Converts a number to text, without trailing zeros and without an exponent.</summary>
    internal static string Written(decimal number) =>
        number.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>Converts a boolean to text.</summary>
    internal static string Written(bool boolean) => boolean ? "true" : "false";

    /// <summary>Compares numbers by value and texts exactly. Values of different types are never equal.</summary>
    public bool Equals(Value other) =>
        _kind == other._kind && _number == other._number && string.Equals(Text, other.Text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_kind, _number, Text);

    // Date-times are stored as nanoseconds since 1970, which is exact for all years and needs no allocation.
    private static decimal ToNumber(Instant instant)
    {
        var since = instant - NodaConstants.UnixEpoch;
        return since.Days * NanosecondsPerDay + since.NanosecondOfDay;
    }

    private static Instant ToInstant(decimal nanoseconds)
    {
        var days = decimal.Floor(nanoseconds / NanosecondsPerDay);
        return NodaConstants.UnixEpoch + Duration.FromDays((int)days)
            + Duration.FromNanoseconds((long)(nanoseconds - days * NanosecondsPerDay));
    }
}
