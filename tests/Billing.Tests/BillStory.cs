using System.Globalization;
using NodaTime;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Pricings;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <summary>
/// A bill as a text that a finance colleague can write and check: statements of one line each, a keyword, its names,
/// then pairs of setting and value; text after <c>#</c> is for the reader.
/// <code>
/// plan   basic   from 2026-01-01  standing 20.00      # also: to, epoch, product, currency, frequency, interval,
///                                                     # timing advance, every, offset, minimum,
///                                                     # minimum-timing, group
/// price  calls   tiered                               # of that plan: from, to, segment, minimum, minimum-timing,
///                                                     # type product-credit, spans plan; or of its template: of
/// band   from 0     unit 0.10                         # of that price
/// band   from 1000  unit 0.08  fixed 50
/// usage  calls   2026-03-02  900                      # at a day or an instant; also: segment
/// group  bundle  from 2026-01-01  standing 5.00       # before its plans; also: to, currency, timing, minimum,
///                                                     # minimum-timing
/// count  seats   tiered                               # a counter of that plan, then its bands: from, to, unit,
///                                                     # timing arrears; without proration: total, debit, credit
///                                                     # whole
/// seats  seats   2026-03-01  10                       # the new number from a day on; also: order
/// locked 2026-03-01                                   # a locked bill of what is said before; also: pending
/// bill   2026-04-01
/// </code>
/// Credits are <c>commitment</c>, <c>fee</c>, <c>balance</c>, <c>credit</c> and <c>drawn</c>: see <see
/// cref="TakeCredit"/>. Charges, contracts and hierarchies are in the other part of this class. Before them
/// <c>organization</c>, <c>account</c>, <c>currency</c>, <c>rate</c> and <c>measure</c> where the defaults of
/// <see cref="Scenario"/> do not serve.
/// </summary>
internal sealed partial class BillStory
{
    private readonly Dictionary<string, Aggregation> _measures = [];
    private readonly Dictionary<string, Currency> _currencies = Currencies.ToDictionary(currency => currency.Code!);
    private readonly List<CurrencyConversion> _rates = [];
    private readonly List<AccountPlanTerms> _plans = [];
    private readonly List<MeasuredQuantity> _usage = [];
    private readonly Dictionary<string, GroupPlanTerms> _groups = [];
    private readonly List<CounterAdjustment> _adjustments = [];
    private OrganizationConfig _organization = Organization;
    private Accounts.Account _account = Scenario.Account;
    private LocalDate _billDate;
    private readonly List<StoredBill> _stored = [];
    private bool _countsLast;

    private BillStory(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = Words(line);
            if (words.Length > 0 && words[0] is not ("line" or "total"))
                Take(words[0], words[1..]);
        }
    }

    /// <summary>The bill of the story.</summary>
    public static CalculatedBill BillOf(string text)
    {
        var story = new BillStory(text);
        return story.InputOn(story._billDate).Bill(story.Used, story.Ledger()).Bill;
    }

    /// <summary>The story's bill and what it draws.</summary>
    public static FinishedBill FinishedOf(string text)
    {
        var story = new BillStory(text);
        return story.InputOn(story._billDate).Bill(story.Used, story.Ledger());
    }

    /// <summary>The input of the bill of the story.</summary>
    public static BillInput InputOf(string text)
    {
        var story = new BillStory(text);
        return story.InputOn(story._billDate);
    }

    /// <summary>
    /// A story that tells its bills as well: the rows of <c>line</c> and <c>total</c> after each bill must be those.
    /// </summary>
    public static void Check(string text)
    {
        var rows = text.Split('\n').Select(Words).Where(words => words is ["bill" or "line" or "total", ..]).ToList();
        var story = new BillStory(text);
        var actual = rows.Where(words => words[0] == "bill").SelectMany(words =>
        {
            var bill = story.InputOn(Date(words[1])).Bill(story.Used, story.Ledger()).Bill;
            return bill.Lines().Select(line => $"line {line}")
                .Prepend(string.Join(' ', words)).Append($"total {BillText.Amount(bill.BillTotal)}");
        });
        string.Join('\n', actual).ShouldBe(string.Join('\n', rows.Select(words => string.Join(' ', words))));
    }

    private BillInput InputOn(LocalDate billDate)
    {
        var input = Input("2000-01-01", _plans) with
        {
            Terms = CreditTerms(Terms()),
            Organization = _organization with { CurrencyConversions = _rates },
            Currencies = [.. _currencies.Values],
        };
        return input with { Run = Run(input.Run) with { BillDate = billDate } };
    }

    private void Keep(bool isLocked)
    {
        var input = InputOn(_billDate);
        var bill = input.Bill(Used, Ledger()).Bill;
        _stored.RemoveAll(former => former.Id == bill.Id);
        _stored.Add(
            StoredBill.Of(bill.ToBill(At("2025-01-01"), At("2025-01-01"), null) with { Locked = isLocked }, null) with
            {
                Run = input.Run with { Overrides = input.Run.Overrides.Kept(input.Organization, bill) },
            });
    }

    private static string[] Words(string line) =>
        line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void Take(string keyword, string[] words)
    {
        switch (keyword)
        {
            case "organization":
                TakeOrganization(Pairs(words));
                break;
            case "account":
                TakeAccount(Pairs(words));
                break;
            case "currency":
                TakeCurrency(words[0], Pairs(words[1..]));
                break;
            case "rate":
                _rates.Add(new CurrencyConversion { From = words[0], To = words[1], Multiplier = Number(words[2]) });
                break;
            case "measure":
                TakeMeasure(words[0], Pairs(words[1..]));
                break;
            case "plan":
                TakePlan(words[0], Pairs(words[1..]));
                break;
            case "price":
                TakePrice(words[0], words[1], Pairs(words[2..]));
                break;
            case "band":
                TakeBand(Pairs(words));
                break;
            case "group":
                TakeGroup(words[0], Pairs(words[1..]));
                break;
            case "count":
                TakeCount(words[0], words[1], Pairs(words[2..]));
                break;
            case "seats":
                TakeSeats(words[0], words[1], words[2], Pairs(words[3..]));
                break;
            case "usage":
                _usage.Add(new MeasuredQuantity(words[0], At(words[1]), Number(words[2]), Pairs(words[3..])));
                break;
            case "locked" or "pending":
                (_billDate, _billed) = (Date(words[0]), Pairs(words[1..]));
                Keep(isLocked: keyword == "locked");
                break;
            case "bill":
                (_billDate, _billed) = (Date(words[0]), Pairs(words[1..]));
                break;
            case "commitment" or "fee" or "balance" or "credit" or "drawn":
                TakeCredit(keyword, words[0], Pairs(words[1..]));
                break;
            default:
                TakeArrangement(keyword, words);
                break;
        }
    }

    private void TakeOrganization(Settings settings) => _organization = _organization with
    {
        Timezone = settings.Text("timezone") ?? _organization.Timezone,
        DayEpoch = settings.Date("dayEpoch") ?? _organization.DayEpoch,
        WeekEpoch = settings.Date("weekEpoch") ?? _organization.WeekEpoch,
        MonthEpoch = settings.Date("monthEpoch") ?? _organization.MonthEpoch,
        YearEpoch = settings.Date("yearEpoch") ?? _organization.YearEpoch,
        Currency = settings.Text("currency") ?? _organization.Currency,
        CreditApplicationOrder = settings.Text("credits") is { } order ? [.. order.Split(',').Select(OrderOf)] : null,
        AllowNegativeBalances = settings.Text("overdraft") == "yes",
        CommitmentFeeBillInAdvance = settings.Text("fees") == "advance",
        ExternalInvoiceDate = settings.Text("invoice") == "last-day" ? InvoiceDate.LastDayOfArrears : null,
        ConsolidateBills = settings.Text("consolidate") == "yes" ? true : null,
        LateUsageDays = settings.Whole("late"),
        SuppressedEmptyBills = settings.Text("suppress") == "empty" ? true : null,
    };

    private void TakeAccount(Settings settings) => _account = _account with
    {
        Name = settings.Text("name") ?? _account.Name,
        Code = settings.Text("code") ?? _account.Code,
        Currency = settings.Text("currency"),
        BillEpoch = settings.Date("epoch"),
        DaysBeforeBillDue = settings.Whole("due"),
        PurchaseOrderNumber = settings.Text("order"),
    };

    private void TakeCurrency(string code, Settings settings) => _currencies[code] = new Currency
    {
        Id = code,
        Name = code,
        Code = code,
        MaxDecimalPlaces = settings.Whole("places"),
        RoundingMode = settings.Choice<RoundingMode>("mode"),
        CountsUnits = settings.Text("counts") == "units",
    };

    private void TakeMeasure(string name, Settings settings) => _measures[name] = Calls with
    {
        Id = name,
        Name = name,
        Unit = settings.Text("unit") ?? Calls.Unit,
        QuantityPerUnit = settings.Number("per") ?? 1,
        Rounding = settings.Choice<Rounding>("rounding") ?? Rounding.None,
        DefaultValue = settings.Number("default"),
        Method = settings.Choice<AggregationMethod>("method") ?? AggregationMethod.Sum,
        SegmentedFields = settings.Text("field") is { } field ? [field] : null,
        Segments = settings.Text("segments") is { } values
            ? [.. values.Split(',').Select(value => Segment(settings.Text("field")!, value))]
            : null,
    };

    private void TakePlan(string code, Settings settings)
    {
        var template = Template with
        {
            Id = "template-" + code,
            Currency = settings.Text("currency") ?? Template.Currency,
            BillFrequency = settings.Choice<BillingFrequency>("frequency") ?? BillingFrequency.Monthly,
            BillFrequencyInterval = settings.Whole("interval"),
            StandingCharge = settings.Number("standing") ?? 0,
            StandingChargeBillInAdvance = settings.Text("timing") == "advance",
            StandingChargeInterval = settings.Whole("every"),
            StandingChargeOffset = settings.Whole("offset"),
            MinimumSpend = settings.Number("minimum"),
            MinimumSpendBillInAdvance = IsAdvance(settings, "minimum-timing"),
        };
        var product = settings.Text("product") is { } name
            ? Product with { Id = "product-" + name, Name = name, Code = name }
            : Product;
        if (settings.Text("group") is { } groupCode)
        {
            var group = _groups[groupCode];
            _groups[groupCode] = group with { LeadPlanId = group.LeadPlanId ?? "plan-" + code };
            var member = On("2000-01-01", null, template, id: code, product: product);
            Plans.Add(Arranged(member with { AccountPlan = group.AccountPlan, Group = group.Group }, settings));
            return;
        }
        Plans.Add(Arranged(
            On(
                settings.Text("from")!,
                settings.Text("to"),
                template,
                id: code,
                product: product,
                epoch: settings.Text("epoch")),
            settings));
    }

    private void TakePrice(string measure, string shape, Settings settings)
    {
        var aggregation = _measures.GetValueOrDefault(measure) ?? Calls with { Id = measure, Name = measure };
        _measures[measure] = aggregation;
        var terms = Price(
            "0: 0 + 0",
            settings.Text("from") ?? "2020-01-01",
            settings.Text("to"),
            cumulative: IsCumulative(shape),
            id: $"pricing-{Plans.Count}-{Plans[^1].Pricings.Count + 1}",
            ofTemplate: settings.Text("of") == "template",
            aggregation: aggregation,
            segment: settings.Text("segment") is { } value ? Segment(aggregation.SegmentedFields![0], value) : null);
        var pricing = terms.Pricing with
        {
            PricingBands = [],
            Type = settings.Choice<PricingType>("type"),
            TiersSpanPlan = settings.Text("spans") == "plan",
            MinimumSpend = settings.Number("minimum"),
            MinimumSpendBillInAdvance = IsAdvance(settings, "minimum-timing"),
        };
        ChangeLastPlan(plan => plan with
        {
            Pricings = [.. plan.Pricings, terms with { Pricing = pricing }],
        });
        _countsLast = false;
    }

    private void TakeBand(Settings settings) => ChangeLastPlan(plan =>
    {
        var isOverage = settings.Text("overage") == "yes";
        var band = new PricingBand
        {
            Id = $"{(isOverage ? "overage" : "band")}-{settings.Text("from")}",
            LowerLimit = settings.Number("from") ?? 0,
            FixedPrice = settings.Number("fixed") ?? 0,
            UnitPrice = settings.Number("unit") ?? 0,
        };
        if (_countsLast)
        {
            var counting = plan.CounterPricings[^1];
            var counted = counting.Pricing with { PricingBands = [.. counting.Pricing.PricingBands, band] };
            return plan with
            {
                CounterPricings = [.. plan.CounterPricings.SkipLast(1), counting with { Pricing = counted }],
            };
        }
        var last = plan.Pricings[^1];
        var pricing = isOverage
            ? last.Pricing with { OveragePricingBands = [.. last.Pricing.OveragePricingBands ?? [], band] }
            : last.Pricing with { PricingBands = [.. last.Pricing.PricingBands, band] };
        return plan with { Pricings = [.. plan.Pricings.SkipLast(1), last with { Pricing = pricing }] };
    });

    private void ChangeLastPlan(Func<AccountPlanTerms, AccountPlanTerms> change) => Plans[^1] = change(Plans[^1]);

    /// <summary>The result of the aggregation, as the measurement store would answer it.</summary>
    private decimal? Used(UsageNeed need)
    {
        var segment = need.SegmentIndex is { } index ? need.Aggregation.Segments![index].Values.Single() : null;
        var used = _usage
            .Where(usage => usage.Measure == need.Aggregation.Name && usage.Segment == segment)
            .Where(usage => IsIn(need, usage))
            .Select(usage => usage.Quantity)
            .ToList();
        if (used.Count == 0)
            return null;
        return need.Aggregation.Method == AggregationMethod.Max ? used.Max() : used.Sum();
    }

    private static Dictionary<string, string> Segment(string field, string value) => new() { [field] = value };

    private static Settings Pairs(string[] words)
    {
        if (words.Length % 2 == 1)
            throw new FormatException($"'{string.Join(' ', words)}' must be pairs of setting and value.");
        var settings = new Settings();
        foreach (var pair in words.Chunk(2))
            settings.Add(pair[0], pair[1]);
        return settings;
    }

    private sealed class Settings : Dictionary<string, string>
    {
        public bool Is(string name) => Text(name) == "yes";

        public string? Text(string name) => this.GetValueOrDefault(name);

        public decimal? Number(string name) => Text(name) is { } text ? Scenario.Number(text) : null;

        public int? Whole(string name) =>
            Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

        public LocalDate? Date(string name) => Text(name) is { } text ? Scenario.Date(text) : null;

        public T? Choice<T>(string name) where T : struct, Enum =>
            Text(name) is { } text ? Enum.Parse<T>(string.Concat(text.Where(char.IsLetter)), true) : null;
    }
}
