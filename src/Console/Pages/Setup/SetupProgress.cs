using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Setup;

/// <summary>A step from a product to its first bill.</summary>
public enum SetupStep
{
    /// <summary>What is sold.</summary>
    Product,

    /// <summary>What is measured.</summary>
    Meter,

    /// <summary>How measurements become a quantity.</summary>
    Aggregation,

    /// <summary>How often and in which currency is billed.</summary>
    Plan,

    /// <summary>What the quantity costs.</summary>
    Price,

    /// <summary>Who is billed.</summary>
    Account,

    /// <summary>A measurement to try it.</summary>
    Usage,

    /// <summary>The first bill.</summary>
    Bill,

    /// <summary>Nothing is left to do.</summary>
    Done,
}

/// <summary>
/// How far a product is set up. It is read from what exists, so that a person can stop anywhere and continue in
/// another browser, or have somebody else continue.
/// </summary>
public sealed record SetupProgress
{
    // Usage for a test is billed soon. Older usage is asked for again, which does no harm.
    private const int UsageDays = 7;

    private static readonly IReadOnlyList<string> Operations =
    [
        "POST products", "GET products", "POST meters", "GET meters", "POST aggregations", "GET aggregations",
        "POST plantemplates", "GET plantemplates", "POST plans", "GET plans", "POST pricings", "GET pricings",
        "POST accounts", "GET accounts", "POST accountplans", "GET accountplans", "POST measurements",
        "GET measurements/conservation", "POST billjobs", "GET billjobs", "GET bills",
    ];

    /// <summary>The product; null if there is none.</summary>
    public Product? Product { get; private init; }

    /// <summary>Its meter.</summary>
    public Meter? Meter { get; private init; }

    /// <summary>The aggregation of the meter.</summary>
    public Aggregation? Aggregation { get; private init; }

    /// <summary>The template of the plan.</summary>
    public PlanTemplate? Template { get; private init; }

    /// <summary>The plan.</summary>
    public Plan? Plan { get; private init; }

    /// <summary>The price of the aggregation in the plan.</summary>
    public Tallystick.Client.Pricing? Pricing { get; private init; }

    /// <summary>An account with the plan.</summary>
    public Account? Account { get; private init; }

    /// <summary>Whether usage of the meter arrived.</summary>
    public bool HasUsage { get; private init; }

    /// <summary>The newest bill of the account.</summary>
    public Bill? Bill { get; private init; }

    /// <summary>The first step that is not done.</summary>
    public SetupStep Next =>
        Product is null ? SetupStep.Product
        : Meter is null ? SetupStep.Meter
        : Aggregation is null ? SetupStep.Aggregation
        : Plan is null ? SetupStep.Plan
        : Pricing is null ? SetupStep.Price
        : Account is null ? SetupStep.Account
        : Bill is not null ? SetupStep.Done
        : HasUsage ? SetupStep.Bill : SetupStep.Usage;

    /// <summary>Whether the person may do every step.</summary>
    public static async Task<bool> MaySetUpAsync(OrganizationApi api)
    {
        foreach (var operation in Operations)
        {
            if (!await api.MayAsync(operation))
                return false;
        }
        return true;
    }

    /// <summary>Reads how far the newest product is.</summary>
    public static async Task<SetupProgress> ReadNewestAsync(OrganizationApi api, IClock clock) =>
        await FirstAsync(api, api.Client.Products.ListAsync(pageSize: 1)) is { } product
            ? await ReadAsync(api, clock, product) : new();

    /// <summary>Reads how far a product is.</summary>
    public static async Task<SetupProgress> ReadAsync(OrganizationApi api, IClock clock, string productId) =>
        await ReadAsync(api, clock, await api.Client.Products.GetAsync(productId, api.Cancelled));

    /// <summary>The address of a step.</summary>
    public string AddressOf(OrganizationApi api, SetupStep step) => (Product, step) switch
    {
        (null, _) => api.To("setup/product"),
        (_, SetupStep.Product) => api.To($"products/{Product.Id}"),
        (_, SetupStep.Done) => AddressOf(api, SetupStep.Bill),
        _ => api.To($"setup/{Product.Id}/{SetupSteps.PathOf(step)}"),
    };

    private static async Task<SetupProgress> ReadAsync(OrganizationApi api, IClock clock, Product product)
    {
        var (client, products) = (api.Client, (string[])[product.Id]);
        var aggregation = await FirstAsync(api, client.Aggregations.ListAsync(1, products));
        var meter = aggregation is not null ? await client.Meters.GetAsync(aggregation.MeterId, api.Cancelled)
            : await FirstAsync(api, client.Meters.ListAsync(1, products));
        var plan = await FirstAsync(api, client.Plans.ListAsync(1, product.Id));
        var attached = plan is null ? null
            : await FirstAsync(api, client.AccountPlans.ListAsync(1, plan: plan.Id, includeAll: true));
        return new SetupProgress
        {
            Product = product,
            Meter = meter,
            Aggregation = aggregation,
            Template = plan is not null ? await client.PlanTemplates.GetAsync(plan.PlanTemplateId, api.Cancelled)
                : await FirstAsync(api, client.PlanTemplates.ListAsync(1, product.Id)),
            Plan = plan,
            Pricing = plan is null || aggregation is null ? null
                : await FirstAsync(api, client.Pricings.ListAsync(1, planId: plan.Id, aggregationId: aggregation.Id)),
            Account = attached is null ? null : await client.Accounts.GetAsync(attached.AccountId, api.Cancelled),
            HasUsage = meter is not null && await HasUsageAsync(api, clock, meter),
            Bill = attached is null ? null
                : await FirstAsync(api, client.Bills.ListAsync(1, attached.AccountId, includeBillTotal: true)),
        };
    }

    private static async Task<bool> HasUsageAsync(OrganizationApi api, IClock clock, Meter meter)
    {
        var today = DateOnly.FromDateTime(clock.GetCurrentInstant().ToDateTimeUtc());
        var counts = await api.Client.Measurements.GetConservationAsync(
            today.AddDays(1 - UsageDays), today.AddDays(1), meter.Code, api.Cancelled);
        return counts.Totals is { Accepted: > 0 };
    }

    private static async Task<T?> FirstAsync<T>(OrganizationApi api, PagedList<T> list)
        where T : class => (await list.GetPageAsync(null, api.Cancelled)).Data.FirstOrDefault();
}
