using System.Text;
using CsCheck;
using NodaTime;
using NodaTime.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Tests.Values;

public sealed class InstantTextTests
{
    [Theory]
    [InlineData("2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01T09:30:00z", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01t09:30:00Z", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01 09:30:00Z", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T09:30", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01T09:30:00", "2026-03-01T09:30:00Z")]
    [InlineData("2026-03-01T09:30:00.123", "2026-03-01T09:30:00.123Z")]
    [InlineData("2026-03-01T09:30:00,5Z", "2026-03-01T09:30:00.5Z")]
    [InlineData("2026-03-01T09:30:00.123456789Z", "2026-03-01T09:30:00.123456789Z")]
    [InlineData("2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00Z")]
    [InlineData("2026-03-01T09:30:00-0530", "2026-03-01T15:00:00Z")]
    [InlineData("2026-03-01T09:30:00+02", "2026-03-01T07:30:00Z")]
    [InlineData("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T18:00:00+18:00", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z")]
    public void InstantText_Accepted_IsTheInstant(string text, string expected)
    {
        InstantText.TryParse(Encoding.UTF8.GetBytes(text), out var instant).ShouldBeTrue();
        InstantText.Write(instant).ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("2026-3-1T00:00:00Z")]
    [InlineData("2026-02-29T00:00:00Z")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-03-01T24:00:00Z")]
    [InlineData("2026-03-01T09:60:00Z")]
    [InlineData("2026-03-01T09:30:60Z")]
    [InlineData("2026-03-01T09:30:00.Z")]
    [InlineData("2026-03-01T09:30:00.1234567890Z")]
    [InlineData("2026-03-01T09:30:00+19:00")]
    [InlineData("2026-03-01T09:30:00+2")]
    [InlineData("2026-03-01T09:30:00Zulu")]
    [InlineData("2026-03-01T")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+18:00")]
    [InlineData("0001-01-01T17:59:59.999999999+18:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("9999-12-31T06:00:00-18:00")]
    [InlineData("1767225600")]
    [InlineData(" 2026-03-01T09:30:00Z")]
    public void InstantText_Refused_IsFalse(string text) =>
        InstantText.TryParse(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse();

    [Theory]
    [InlineData("2026-06-01", "America/Sao_Paulo", "2026-06-01T03:00:00Z")]
    [InlineData("2026-06-01T09:30", "Asia/Tokyo", "2026-06-01T00:30:00Z")]
    [InlineData("2026-06-01T09:30Z", "Asia/Tokyo", "2026-06-01T09:30:00Z")]
    [InlineData("2026-06-01T09:30+00:00", "Asia/Tokyo", "2026-06-01T09:30:00Z")]
    // Skipped: the instant at which the clock jumps, for a date as for its midnight.
    [InlineData("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z")]
    [InlineData("2018-11-04T00:30:00", "America/Sao_Paulo", "2018-11-04T03:00:00Z")]
    [InlineData("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z")]
    [InlineData("2025-03-30T01:30:00", "Europe/London", "2025-03-30T01:00:00Z")]
    // Twice: the earlier one.
    [InlineData("2025-10-26T01:30:00", "Europe/London", "2025-10-26T00:30:00Z")]
    [InlineData("9999-12-31T18:59:59.999999999", "America/Bogota", "9999-12-31T23:59:59.999999999Z")]
    public void InstantText_InATimeZone_IsTheInstant(string text, string zone, string expected)
    {
        InstantText.TryParse(text, DateTimeZoneProviders.Tzdb[zone], out var instant).ShouldBeTrue();
        InstantText.Write(instant).ShouldBe(expected);
    }

    [Theory]
    [InlineData("0001-01-01", "Asia/Tokyo")]
    [InlineData("9999-12-31T19:00:00", "America/Bogota")]
    [InlineData("2026-02-30", "Asia/Tokyo")]
    public void InstantText_OutsideTheYearsInATimeZone_IsFalse(string text, string zone) =>
        InstantText.TryParse(text, DateTimeZoneProviders.Tzdb[zone], out _).ShouldBeFalse();

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("2024-02-29")]
    [InlineData("9999-12-31")]
    public void DateText_Accepted_IsTheDate(string text)
    {
        InstantText.TryParseDate(text, out var date).ShouldBeTrue();
        InstantText.Write(date).ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0000-01-01")]
    [InlineData("-0001-01-01")]
    [InlineData("-001-01-01")]
    [InlineData("10000-01-01")]
    [InlineData("2026-02-29")]
    [InlineData("2026-00-01")]
    [InlineData("2026-1-01")]
    [InlineData("2026-01-01T")]
    [InlineData("2026-01-0\u0661")]
    [InlineData("2026-01-0\ud800")]
    public void DateText_Refused_IsFalse(string text) => InstantText.TryParseDate(text, out _).ShouldBeFalse();

    [Fact]
    public void InstantText_AnyNanosecondAndOffset_RoundTrips() =>
        Gen.Select(Gen.Long, Gen.Int[-18 * 60, 18 * 60]).Sample((nanoseconds, minutes) =>
        {
            var instant = NodaConstants.UnixEpoch + Duration.FromNanoseconds(nanoseconds);
            var local = instant.WithOffset(Offset.FromSeconds(minutes * 60));
            return InstantText.TryParse(OffsetDateTimePattern.ExtendedIso.Format(local), out var read)
                && read == instant
                && InstantText.TryParse(InstantText.Write(instant), out var again) && again == instant;
        });
}
