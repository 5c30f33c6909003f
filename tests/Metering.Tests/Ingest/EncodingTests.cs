using System.Globalization;
using System.Text;
using CsCheck;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Tests.Ingest;

public sealed class EncodingTests
{
    [Theory]
    [InlineData("0")]
    [InlineData("-0.0")]
    [InlineData("1.50")]
    [InlineData("-123456789012345678")]
    [InlineData("999999999999999999")]
    [InlineData("0.000000000000000001")]
    [InlineData("9999999999999999999999999999")]
    [InlineData("-1234567890.123456789012345678")]
    [InlineData("12e3")]
    [InlineData("0.0002777777777777778")]
    [InlineData("-1e-28")]
    [InlineData("0.9999999999999999999999999999")]
    [InlineData("-123456789.1234567890123456789")]
    public void Number_WrittenAndRead_IsTheSame(string text)
    {
        var buffer = new ByteBuffer(1);
        NumberEncoding.TryWrite(buffer, Encoding.UTF8.GetBytes(text)).ShouldBeTrue();
        buffer.WriteByte(0x7f);
        var offset = 0;

        NumberEncoding.Read(buffer.Written, ref offset).ShouldBe(
            decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        offset.ShouldBe(buffer.Length - 1);
        offset = 0;
        NumberEncoding.Skip(buffer.Written, ref offset);
        offset.ShouldBe(buffer.Length - 1);
    }

    [Fact]
    public void Number_OfAnySize_KeepsItsDigits() => Gen.Decimal.Sample(number =>
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        var buffer = new ByteBuffer(16);
        var offset = 0;
        return NumberEncoding.TryWrite(buffer, Encoding.UTF8.GetBytes(text))
            ? NumberEncoding.Read(buffer.Written, ref offset).ToString(CultureInfo.InvariantCulture).TrimEnd('0', '.')
                == text.TrimEnd('0', '.')
            : !ExactNumber.TryParse(Encoding.UTF8.GetBytes(text), out _);
    });

    [Fact]
    public void Timestamp_OfTheUsualForm_IsWhatTheCalendarSays() =>
        Gen.Select(
            Gen.Int[1968, 2263], Gen.Int[0, 13], Gen.Int[0, 32], Gen.Int[0, 25], Gen.Int[0, 61], Gen.Int[0, 61],
            Gen.String[Gen.Char['0', '9'], 0, 10])
        .Sample((year, month, day, hour, minute, second, fraction) =>
        {
            var point = fraction.Length > 0 ? "." : "";
            var text = Encoding.UTF8.GetBytes(FormattableString.Invariant(
                $"{year:D4}-{month:D2}-{day:D2}T{hour:D2}:{minute:D2}:{second:D2}{point}{fraction}Z"));
            var isRead = TimestampText.TryParse(text, out var nanoseconds, out var isInRange);
            if (!InstantText.TryParse(text, out var instant))
                return !isRead;
            var isUsable = year is >= 1970 and <= 2261;
            return isRead && isInRange == isUsable
                && (!isUsable || Nanoseconds.ToInstant(nanoseconds) == instant);
        }, iter: 100_000);

    [Fact]
    public void Texts_ManyInATable_KeepTheirNumbers() =>
        Gen.String[0, 3].Array[0, 3000].Sample(
            texts =>
            {
                var table = new TextTable();
                var expected = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var text in texts)
                {
                    var utf8 = Encoding.UTF8.GetBytes(text);
                    expected.TryAdd(Encoding.UTF8.GetString(utf8), expected.Count);
                    if (table.Intern(utf8) != expected[Encoding.UTF8.GetString(utf8)])
                        return false;
                }
                return table.Count == expected.Count
                    && expected.All(pair => table[pair.Value].SequenceEqual(Encoding.UTF8.GetBytes(pair.Key)));
            },
            iter: 200);
}
