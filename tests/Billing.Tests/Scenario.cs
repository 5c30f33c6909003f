using System.Globalization;
using System.Text.Json;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.Tests.Verification;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Tests;

/// <summary>An invented organization with one account, and short ways to say what it is charged.</summary>
internal static class Scenario
{
    public static OrganizationConfig Organization { get; } = new()
    {
        Id = "organization-1",
        Timezone = "UTC",
        YearEpoch = Date("2025-01-01"),
        MonthEpoch = Date("2025-01-01"),
        WeekEpoch = Date("2025-01-06"),
        DayEpoch = Date("2025-01-01"),
        Currency = "USD",
        DaysBeforeBillDue = 30,
    };

    public static Account Account { get; } = new()
    {
        Id = "account-1",
        Name = "Acme",
        Code = "acme",
        EmailAddress = "billing@acme.example",
    };

    public static Product Product { get; } = new() { Id = "product-1", Name = "Storage", Code = "storage" };

    public static Meter Meter { get; } = new()
    {
        Id = "meter-1",
        Name = "Calls",
        Code = "calls",
        DataFields = [],
        DerivedFields = [],
    };

    public static Aggregation Calls { get; } = new()
    {
        Id = "aggregation-1",
        Name = "API calls",
        Rounding = Rounding.None,
        QuantityPerUnit = 1,
        Unit = "call",
        MeterId = Meter.Id,
        TargetField = "calls",
        Method = AggregationMethod.Sum,
    };

    public static PlanTemplate Template { get; } = new()
    {
        Id = "template-1",
        ProductId = Product.Id,
        Name = "Standard",
        Currency = "USD",
        StandingCharge = 0,
        BillFrequency = BillingFrequency.Monthly,
    };

    public static IReadOnlyList<Currency> Currencies { get; } =
    [
        new Currency { Id = "usd", Name = "US Dollar", Code = "USD" },
        new Currency { Id = "eur", Name = "Euro", Code = "EUR" },
        new Currency { Id = "jpy", Name = "Yen", Code = "JPY", MaxDecimalPlaces = 0 },
    ];

    public static AccountPlanTerms On(
        string from, string? to = null, PlanTemplate? template = null, Plan? plan = null, string id = "1",
        Product? product = null, string? epoch = null, params IReadOnlyList<PricingTerms> pricings) => new(
        new AccountPlan
        {
            Id = "accountplan-" + id,
            AccountId = Account.Id,
            PlanId = "plan-" + id,
            StartDate = At(from),
            EndDate = to is null ? null : At(to),
            BillEpoch = epoch is null ? null : Date(epoch),
        },
        plan ?? new Plan { Id = "plan-" + id, PlanTemplateId = Template.Id, Name = "Plan", Code = "plan-" + id },
        template ?? Template,
        product ?? Product,
        pricings);

    /// <summary>Bands as text: <c>0: 5 + 1.00; 10: 3 + 0.80</c> is lower limit, fixed price, unit price.</summary>
    public static PricingTerms Price(
        string bands, string from = "2020-01-01", string? to = null, bool cumulative = true, string id = "pricing-1",
        bool ofTemplate = false, Aggregation? aggregation = null,
        IReadOnlyDictionary<string, string>? segment = null) => new(
        new PlanPricing
        {
            Id = id,
            PlanId = ofTemplate ? null : "plan-1",
            PlanTemplateId = ofTemplate ? Template.Id : null,
            Cumulative = cumulative,
            StartDate = At(from),
            EndDate = to is null ? null : At(to),
            AggregationId = (aggregation ?? Calls).Id,
            Segment = segment,
            PricingBands = [.. bands.Split(';').Select(BandOf)],
        },
        new SimpleQuantity(aggregation ?? Calls, Meter));

    public static BillInput Input(string billDate, params IReadOnlyList<AccountPlanTerms> plans) => new()
    {
        OrganizationId = "organization-1",
        Terms = TermsOf(plans),
        Organization = Organization,
        Run = new BillRun
        {
            BillDate = Date(billDate),
            Frequency = plans.Count > 0 ? plans[0].Template.BillFrequency : BillingFrequency.Monthly,
            Interval = plans.Count > 0 ? plans[0].Template.BillFrequencyInterval ?? 1 : 1,
        },
        Currencies = Currencies,
    };

    /// <summary>The account with these plans.</summary>
    public static AccountTerms TermsOf(params IReadOnlyList<AccountPlanTerms> plans) => new(Account, plans);

    /// <summary>The bill with the same usage for every need.</summary>
    public static CalculatedBill Bill(this BillInput input, decimal? usage = null) => input.Bill(_ => usage);

    /// <summary>The bill with usage that depends on the need.</summary>
    public static CalculatedBill Bill(this BillInput input, Func<UsageNeed, decimal?> usage) =>
        input.Bill(usage, AccountLedger.Of(input.Terms)).Bill;

    /// <summary>The bill and its draws, after what other bills have drawn.</summary>
    public static FinishedBill Bill(this BillInput input, Func<UsageNeed, decimal?> usage, AccountLedger ledger)
    {
        var bill = BillCalculation.Begin(input);
        var finished = bill.Charge([.. bill.Needs.Select(need => new UsageResult(need, usage(need)))]).Finish(ledger);
        VerificationTests.Verify(finished.Bill);    // whatever a test asks of a bill, its explanation must hold
        return finished;
    }

    /// <summary>The lines as text, <c>type from..to amount</c>; midnights as dates, pricing currency.</summary>
    public static IEnumerable<string> Lines(this CalculatedBill bill) => bill.LineItems.Select(line => string.Create(
        CultureInfo.InvariantCulture,
        $"{JsonFormat.Name(line.LineItemType)} {Short(line.ServicePeriodStartDate)}.."
        + $"{Short(line.ServicePeriodEndDate)} {line.Subtotal:0.00###}"));

    /// <summary>The lines as <see cref="Lines"/> must be the rows of a table.</summary>
    public static void ShouldHaveLines(this CalculatedBill bill, params IReadOnlyList<string> rows) =>
        string.Join('\n', bill.Lines()).ShouldBe(string.Join('\n', rows));

    public static BillInput Overriding(this BillInput input, RunOverrides overrides) =>
        input with { Run = input.Run with { Overrides = overrides } };

    /// <summary>The input with its first plan changed.</summary>
    public static BillInput With(this BillInput input, Func<AccountPlanTerms, AccountPlanTerms> change) =>
        input.For(input.Terms with { Plans = [change(input.Terms.Plans[0]), .. input.Terms.Plans.Skip(1)] });

    /// <summary>The input for other terms.</summary>
    public static BillInput For(this BillInput input, AccountTerms terms) => input with { Terms = terms };

    /// <summary>The input for a changed account.</summary>
    public static BillInput For(this BillInput input, Func<Account, Account> change) =>
        input.For(input.Terms with { Account = change(input.Terms.Account) });

    public static string Json(CalculatedBill bill)
    {
        var options = JsonFormat.NewOptions();
        return JsonSerializer.Serialize(bill.ToBill(At("2025-01-01"), At("2025-01-01"), null), options);
    }

    public static LocalDate Date(string text) =>
        InstantText.TryParseDate(text, out var date) ? date : throw new FormatException(text);

    public static Instant At(string text) =>
        InstantText.TryParse(text, out var instant) ? instant : throw new FormatException(text);

    public static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string Short(Instant? instant) =>
        InstantText.Write(instant!.Value).Replace("T00:00:00Z", "", StringComparison.Ordinal);

    private static PricingBand BandOf(string text)
    {
        var parts = text.Split(':', '+');
        return new PricingBand
        {
            Id = "band-" + parts[0].Trim(),
            LowerLimit = Number(parts[0]),
            FixedPrice = Number(parts[1]),
            UnitPrice = Number(parts[2]),
        };
    }
}
