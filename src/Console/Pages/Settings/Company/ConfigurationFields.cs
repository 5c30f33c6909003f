using System.Globalization;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Company;

/// <summary>The fields of the configuration of an organization.</summary>
internal static class ConfigurationFields
{
    private static readonly decimal[] Intervals = [0, 0.25m, 0.5m, 1, 2, 3, 4, 6, 8, 12, 24];

    private static readonly FormField Conversions = new("currencyConversions", "Currency conversions", InputKind.Rows)
    {
        RowName = "conversion",
        Hint = "Rates from the currency of a price to that of a bill. Inverse rates are not inferred.",
        Fields =
        [
            new("from", "From") { IsRequired = true, MaxLength = 80, Hint = "Code of a currency." },
            new("to", "To") { IsRequired = true, MaxLength = 80, Hint = "Code of a currency." },
            new("multiplier", "Rate", InputKind.Decimal)
            {
                IsRequired = true,
                Hint = "The amount is multiplied by it.",
            },
        ],
    };

    internal static IReadOnlyList<FormField> All { get; } =
    [
        .. Time, .. Money, .. Runs, .. InAdvance, .. Approval, .. Accounts, .. Numbers,
    ];

    private static IEnumerable<FormField> Time =>
    [
        new("timezone", "Time zone")
        {
            Heading = "Billing days",
            IsRequired = true,
            Hint = "In which days begin and end, such as Europe/London, UTC or UTC+1:00.",
        },
        Epoch("year", "annual"), Epoch("month", "monthly"), Epoch("week", "weekly"), Epoch("day", "daily"),
        new("daysBeforeBillDue", "Days until a bill is due", InputKind.Whole)
        {
            IsRequired = true,
            Hint = "From the bill date to the due date.",
        },
    ];

    private static IEnumerable<FormField> Money =>
    [
        new("currency", "Currency")
        {
            Heading = "Currency",
            IsRequired = true,
            Hint = "The code of the currency in which accounts are billed if they state no other.",
        },
        Conversions,
    ];

    private static IEnumerable<FormField> Runs =>
    [
        new("scheduledBillInterval", "Automatic bill runs", InputKind.Decimal)
        {
            Heading = "Bill runs",
            Options = [.. Intervals.Select(hours => new Option(
                hours.ToString(CultureInfo.InvariantCulture), hours switch
                {
                    0 => "Off",
                    1 => "Every hour",
                    < 1 => string.Create(CultureInfo.InvariantCulture, $"Every {hours * 60:0} minutes"),
                    24 => "Every day",
                    _ => string.Create(CultureInfo.InvariantCulture, $"Every {hours} hours"),
                }))],
        },
        new("scheduledBillOffset", "Hour of the daily bill run", InputKind.Whole)
        {
            Hint = "0 to 23. Only for every day.",
        },
        new("consolidateBills", "Put charges with the same bill date on one bill", InputKind.Switch)
        {
            Hint = "Even if they are billed at different frequencies.",
        },
        new("suppressedEmptyBills", "Skip bills without line items", InputKind.Switch),
        new("lateUsageDays", "Late usage, days", InputKind.Whole)
        {
            Hint = "For so many days after the date of a locked bill, usage that arrives late is billed with the next "
                + "bill. 0: it is only reported.",
        },
    ];

    private static IEnumerable<FormField> InAdvance =>
    [
        new("standingChargeBillInAdvance", "Bill standing charges in advance", InputKind.Switch)
        {
            Heading = "In advance",
        },
        new("commitmentFeeBillInAdvance", "Bill prepayment fees in advance", InputKind.Switch),
        new("minimumSpendBillInAdvance", "Bill minimum spends in advance", InputKind.Switch),
    ];

    private static IEnumerable<FormField> Approval =>
    [
        new("autoApproveBillsGracePeriod", "Approve bills automatically after", InputKind.Whole)
        {
            Heading = "Approval and statements",
            Hint = "Time after the bill date. Empty: bills are approved by people.",
        },
        new("autoApproveBillsGracePeriodUnit", "Unit", InputKind.Choice)
        {
            Options = Option.Of("MINUTES", "HOURS", "DAYS"),
        },
        new("externalInvoiceDate", "Invoice date", InputKind.Choice)
        {
            Options = Option.Of("LAST_DAY_OF_ARREARS", "FIRST_DAY_OF_NEXT_PERIOD"),
        },
        new("autoGenerateStatementMode", "Statements generated on approval", InputKind.Choice)
        {
            Options = [new("NONE", "None"), new("JSON", "JSON"), new("JSON_AND_CSV", "JSON and CSV")],
        },
        new("defaultStatementDefinitionId", "Default statement definition", InputKind.Choice)
        {
            Reference = References.StatementDefinitions,
        },
    ];

    private static IEnumerable<FormField> Accounts =>
    [
        new("creditApplicationOrder", "Order of credits", InputKind.Texts)
        {
            Heading = "Credits and plans",
            Options =
            [
                new("PREPAYMENT, BALANCE", "Prepayments first, then balances"),
                new("BALANCE, PREPAYMENT", "Balances first, then prepayments"),
                new("PREPAYMENT", "Prepayments only"),
                new("BALANCE", "Balances only"),
            ],
        },
        new("allowNegativeBalances", "Balances may fall below zero", InputKind.Switch)
        {
            Hint = "Only those that allow it.",
        },
        new("allowOverlappingPlans", "Accounts may have several plans of a product at a time", InputKind.Switch),
    ];

    private static IEnumerable<FormField> Numbers =>
    [
        new("billPrefix", "Prefix of invoice numbers")
        {
            Heading = "Invoice numbers",
            MaxLength = 80,
            Hint = "Without a prefix, bills are not numbered.",
        },
        new("sequenceStartNumber", "Number before the first", InputKind.Whole)
        {
            Hint = "Numbers are never issued twice.",
        },
    ];

    private static FormField Epoch(string unit, string billing) =>
        new($"{unit}Epoch", $"First date of {billing} billing", InputKind.Date) { IsRequired = true };
}
