using System.Globalization;
using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Pages.Metering.Meters;

/// <summary>The form of one measurement of a meter.</summary>
internal static class TestUsageForm
{
    internal static IReadOnlyList<FormField> FieldsOf(Meter meter) =>
    [
        new("account", "Account code") { IsRequired = true, MaxLength = 80, Hint = "An unknown account is created." },
        new("ts", "Time (UTC)", InputKind.Instant) { IsRequired = true, Hint = "Decides the billing period." },
        .. meter.DataFields.Select(FieldOf),
        new("uid", "Unique id") { MaxLength = 200, Hint = "A measurement with the same id is not counted again." },
    ];

    internal static Measurement Propose(Meter meter, string? account, Instant now) => new()
    {
        Meter = meter.Code,
        Account = account ?? "",
        // To the second, as people write times.
        Ts = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()),
    };

    private static FormField FieldOf(DataField field) => new(
        $"{field.Category.Value.ToLower(CultureInfo.InvariantCulture)}.{field.Code}", field.Name,
        MeterTable.IsNumber(field.Category) ? InputKind.Decimal : InputKind.Text)
    {
        IsRequired = true,
        Hint = field.Unit is null ? null : $"In {field.Unit}.",
    };
}
