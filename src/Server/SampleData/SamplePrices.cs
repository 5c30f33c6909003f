using NodaTime;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.SampleData;

/// <summary>What the products of the sample company cost.</summary>
/// <param name="ids">The ids of what it adds and refers to.</param>
/// <param name="calendar">When prices begin.</param>
internal sealed class SamplePrices(SampleIds ids, SampleCalendar calendar)
{
    /// <summary>Code of the plan without a fixed charge.</summary>
    internal const string PayAsYouGo = "maps-payg";

    /// <summary>Code of the plan with a free allowance only.</summary>
    internal const string Free = "maps-free";

    /// <summary>Code of the plan with a standing charge and tiers.</summary>
    internal const string Growth = "maps-growth";

    /// <summary>Code of the plan with volume prices and a minimum spend.</summary>
    internal const string Scale = "maps-scale";

    /// <summary>Code of the plan of the second product.</summary>
    internal const string Hosting = "hosting-standard";

    /// <summary>Code of the plan group.</summary>
    internal const string Bundle = "complete";

    private static readonly (decimal, decimal)[] BatchPrice = [(0, 0.02m)];

    private Instant Start => SampleCalendar.StartOf(calendar.First);

    /// <summary>Prices of 1,000 calls by endpoint; the last one is for all others.</summary>
    internal static IReadOnlyList<(string Endpoint, decimal Price)> Segments { get; } =
        [("tiles", 0.40m), ("geocode", 1.80m), ("route", 4.50m), ("*", 6m)];

    /// <summary>Adds plan templates, plans, pricings, a counter and a plan group.</summary>
    internal async ValueTask AddAsync(ResourceChange change)
    {
        await change.CreateAsync(PlanTemplateResource.Definition, Template("maps", "Maps API, monthly"));
        await change.CreateAsync(PlanTemplateResource.Definition, Template("hosting", "Data hosting, monthly"));
        foreach (var plan in Plans())
            await change.CreateAsync(PlanResource.Definition, plan);
        await change.CreateAsync(CounterResource.Definition, new Counter
        {
            Id = ids["counter/seats"],
            ProductId = ids["product/maps"],
            Name = "Seats",
            Code = "seats",
            Unit = "seat",
        });
        foreach (var pricing in Pricings())
            await change.CreateAsync(PricingResource.Definition, pricing);
        foreach (var plan in new[] { Growth, Scale })
            await change.CreateAsync(CounterPricingResource.Definition, Seats(plan));
        await AddGroupAsync(change);
    }

    private PlanTemplate Template(string product, string name) => new()
    {
        Id = ids[$"template/{product}"],
        ProductId = ids[$"product/{product}"],
        Name = name,
        Code = $"{product}-monthly",
        Currency = "USD",
        StandingCharge = 0,
        BillFrequency = BillingFrequency.Monthly,
    };

    private IEnumerable<Plan> Plans()
    {
        yield return Plan("maps", Free, "Free");
        yield return Plan("maps", PayAsYouGo, "Pay as you go");
        yield return Plan("maps", Growth, "Growth") with { StandingCharge = 249 };
        yield return Plan("maps", Scale, "Scale") with { MinimumSpend = 2500 };
        yield return Plan("hosting", Hosting, "Hosting standard") with { StandingCharge = 29 };
    }

    private IEnumerable<PlanPricing> Pricings()
    {
        yield return Tiers(Free, "credits", (0, 0), (100, 0.60m));
        foreach (var (endpoint, price) in Segments)
        {
            yield return Tiers(PayAsYouGo, "calls", (0, price)) with
            {
                Id = ids[$"pricing/{PayAsYouGo}/{endpoint}"],
                Segment = SampleProducts.Endpoint(endpoint),
            };
        }
        yield return Tiers(PayAsYouGo, "batch_minutes", BatchPrice);
        yield return Tiers(Growth, "credits", (0, 0), (500, 0.45m), (2000, 0.38m));
        yield return Tiers(Growth, "batch_minutes", BatchPrice);
        yield return Tiers(Scale, "billable_credits", (0, 0.40m), (5000, 0.34m), (20_000, 0.28m)) with
        {
            AggregationId = null,
            CompoundAggregationId = ids["aggregation/billable_credits"],
            Cumulative = false,
        };
        yield return Tiers(Scale, "batch_minutes", BatchPrice);
        yield return Tiers(Hosting, "storage", (0, 0), (10, 0.35m), (100, 0.28m));
    }

    private Plan Plan(string product, string code, string name) => new()
    {
        Id = ids[$"plan/{code}"],
        PlanTemplateId = ids[$"template/{product}"],
        Name = name,
        Code = code,
    };

    private PlanPricing Tiers(string plan, string aggregation, params (decimal From, decimal UnitPrice)[] bands) =>
        new()
        {
            Id = ids[$"pricing/{plan}/{aggregation}"],
            PlanId = ids[$"plan/{plan}"],
            AggregationId = ids[$"aggregation/{aggregation}"],
            Cumulative = true,
            StartDate = Start,
            PricingBands = Bands(bands),
        };

    private CounterPricing Seats(string plan) => new()
    {
        Id = ids[$"seats/{plan}"],
        PlanId = ids[$"plan/{plan}"],
        CounterId = ids["counter/seats"],
        Cumulative = true,
        StartDate = Start,
        Description = "Seats",
        PricingBands = Bands((0, 0), (3, 19)),
    };

    private async ValueTask AddGroupAsync(ResourceChange change)
    {
        await change.CreateAsync(PlanGroupResource.Definition, new PlanGroup
        {
            Id = ids[$"group/{Bundle}"],
            Name = "Complete",
            Code = Bundle,
            Currency = "USD",
            MinimumSpend = 150,
        });
        foreach (var plan in new[] { Growth, Hosting })
        {
            await change.CreateAsync(PlanGroupLinkResource.Definition, new PlanGroupLink
            {
                Id = ids[$"link/{plan}"],
                PlanGroupId = ids[$"group/{Bundle}"],
                PlanId = ids[$"plan/{plan}"],
            });
        }
    }

    private static IReadOnlyList<PricingBand> Bands(params (decimal From, decimal UnitPrice)[] bands) =>
    [
        .. bands.Select(band => new PricingBand
        {
            LowerLimit = band.From,
            FixedPrice = 0,
            UnitPrice = band.UnitPrice,
        }),
    ];
}
