using Tallystick.Foundation.Resources;

namespace Tallystick.Pricing.Currencies;

/// <summary>What is special about currencies.</summary>
public static class CurrencyResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Currency> Definition { get; } =
        new("Currency", "picklists/currency", () => PricingJson.Format.Currency)
        {
            UniqueBy = [new("code", currency => currency.Code)],
            IndexedBy = [new("archived", currency => currency.Archived ? "true" : "false")],
            Filters =
            [
                ListFilter.Many("codes", "code", "Only currencies with these codes."),
                new ListFilter.Part(
                    "archived", "False leaves archived currencies out; true, and by default, they are included.",
                        new BooleanShape()),
                new ListFilter.Odd((parameters, _) => ValueTask.FromResult(
                    parameters.Flag("archived") is false ? Condition.Equal("archived", "false") : null)),
            ],
        };
}
