using Tallystick.Console.Api;
using Tallystick.Console.Forms;

namespace Tallystick.Console.Pages.Accounts.Balances;

/// <summary>The forms of the schedules of a balance.</summary>
internal static class ScheduleForms
{
    internal static async Task<IReadOnlyList<FormField>> TransactionsAsync(OrganizationApi api) =>
    [
        .. FormField.NameAndCode,
        new("amount", "Amount", InputKind.Decimal) { IsRequired = true, Hint = "Of each transaction." },
        new("transactionDescription", "Description") { IsRequired = true, Hint = "Of each transaction." },
        new("transactionTypeId", "Transaction type", InputKind.Choice)
        {
            IsRequired = true, Options = await AccountChoices.TransactionTypesAsync(api),
        },
        new("startDate", "First transaction (UTC)", InputKind.Instant) { IsRequired = true },
        new("endDate", "End (UTC)", InputKind.Instant) { IsRequired = true, Hint = "None is created from then on." },
        new("frequency", "Frequency", InputKind.Choice)
        {
            IsRequired = true, Options = AccountChoices.Frequencies, Default = "MONTHLY",
        },
        new("frequencyInterval", "Interval", InputKind.Whole)
        {
            IsRequired = true, Default = "1", Hint = "2 with a monthly frequency: every other month.",
        },
    ];

    internal static async Task<IReadOnlyList<FormField>> ChargesAsync(OrganizationApi api) =>
    [
        .. FormField.NameAndCode,
        new("amount", "Amount", InputKind.Decimal) { Hint = "Of each charge. Or give units and a unit price." },
        new("units", "Units", InputKind.Decimal),
        new("unitPrice", "Unit price", InputKind.Decimal),
        new("currency", "Currency", InputKind.Choice)
        {
            IsRequired = true, Options = await AccountChoices.CurrenciesAsync(api),
        },
        new("chargeDescription", "Description") { IsRequired = true, Hint = "Shown on the bill." },
        new("servicePeriodStartDate", "Period start (UTC)", InputKind.Instant) { IsRequired = true },
        new("servicePeriodEndDate", "Period end (UTC)", InputKind.Instant) { IsRequired = true },
        new("billFrequency", "Frequency", InputKind.Choice)
        {
            IsRequired = true, Options = AccountChoices.Frequencies, Default = "MONTHLY",
        },
        new("billFrequencyInterval", "Interval", InputKind.Whole) { IsRequired = true, Default = "1" },
        new("billInAdvance", "Bill at the start of each period", InputKind.Switch),
        new("billEpoch", "Bill epoch", InputKind.Date) { Hint = "The date from which periods are counted." },
    ];
}
