using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Text;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Benchmarks.Billing;

/// <summary>Customers to bill: accounts on one plan with a commitment each, made without HTTP.</summary>
internal static class BilledCustomers
{
    private const int AtATime = 500;
    private static readonly Instant Start = Instant.FromUtc(2020, 1, 1, 0, 0);

    /// <summary>Makes the plan and the customers.</summary>
    public static async Task MakeAsync(IServiceProvider services, string organization, int count)
    {
        var resources = services.GetRequiredService<ResourceService>();
        var planId = "";
        await resources.ChangeAsync(organization, "benchmark", CancellationToken.None, async change =>
        {
            planId = await MakePlanAsync(change);
            return true;
        });
        for (var made = 0; made < count; made += AtATime)
        {
            var (from, to) = (made, Math.Min(made + AtATime, count));
            await resources.ChangeAsync(organization, "benchmark", CancellationToken.None, async change =>
            {
                for (var number = from; number < to; number++)
                    await MakeCustomerAsync(change, planId, number);
                return true;
            });
        }
    }

    /// <summary>Bills calculated per second from terms and usage in memory, on all processors.</summary>
    public static async Task<string> CalculateAsync(IServiceProvider services, string organization, string billDate)
    {
        var related = services.GetRequiredService<ResourceService>().Reader(organization, CancellationToken.None);
        var commitments = (await related.ListAsync<Commitment>(Condition.And()))
            .ToLookup(commitment => commitment.AccountId);
        var accountPlans = (await related.ListAsync<AccountPlan>(Condition.And()))
            .ToDictionary(accountPlan => accountPlan.AccountId);
        var meter = (await related.ListAsync<Meter>(Condition.And())).Single();
        var aggregations = (await related.ListAsync<Aggregation>(Condition.And())).ToDictionary(one => one.Id);
        IReadOnlyList<PricingTerms> pricings =
        [
            .. (await related.ListAsync<PlanPricing>(Condition.And())).Select(pricing => new PricingTerms(
                pricing, new SimpleQuantity(aggregations[pricing.AggregationId!], meter))),
        ];
        var (plan, template, product) = (
            (await related.ListAsync<Plan>(Condition.And())).Single(),
            (await related.ListAsync<PlanTemplate>(Condition.And())).Single(),
            (await related.ListAsync<Product>(Condition.And())).Single());
        var (config, currencies) = (
            (await related.ListAsync<OrganizationConfig>(Condition.And())).Single(),
            await related.ListAsync<Currency>(Condition.And()));
        var inputs = (await related.ListAsync<Account>(Condition.And()))
            .Where(account => accountPlans.ContainsKey(account.Id))
            .Select(account => new BillInput
            {
                OrganizationId = organization,
                Terms = new AccountTerms(
                    account, [new AccountPlanTerms(accountPlans[account.Id], plan, template, product, pricings)])
                {
                    Commitments = [.. commitments[account.Id]],
                },
                Organization = config,
                Currencies = currencies,
                Run = new BillRun
                {
                    BillDate = LocalDatePattern.Iso.Parse(billDate).Value,
                    Frequency = BillingFrequency.Monthly,
                    Interval = 1,
                },
            })
            .ToList();
        Calculate(inputs[..Math.Min(inputs.Count, 1000)]); // until compiled
        var began = Stopwatch.GetTimestamp();
        Calculate(inputs);
        var rate = inputs.Count / Stopwatch.GetElapsedTime(began).TotalSeconds;
        return rate.ToString("F0", CultureInfo.InvariantCulture);
    }

    private static void Calculate(IReadOnlyList<BillInput> inputs) => inputs.AsParallel().ForAll(input =>
    {
        var bill = BillCalculation.Begin(input);
        bill.Charge([.. bill.Needs.Select((need, index) => new UsageResult(need, 1234.5m + index))])
            .Finish(AccountLedger.Of(input.Terms));
    });

    private static async ValueTask<string> MakePlanAsync(ResourceChange change)
    {
        var meter = (await change.Related.ListAsync<Meter>(Condition.And())).Single();
        var template = await change.CreateAsync(PlanTemplateResource.Definition, new PlanTemplate
        {
            ProductId = meter.ProductId!,
            Name = "Template",
            Currency = "USD",
            StandingCharge = 20,
            MinimumSpend = 50,
            BillFrequency = BillingFrequency.Monthly,
        });
        var plan = await change.CreateAsync(PlanResource.Definition, new Plan
        {
            PlanTemplateId = template.Id,
            Name = "Plan",
            Code = "plan",
        });
        await PriceAsync(change, plan, meter, "tokens", AggregationMethod.Sum, (0, 0.000001m), (1_000_000, 0.0000008m));
        await PriceAsync(change, plan, meter, "bytes", AggregationMethod.Sum, (0, 0.00000001m));
        await PriceAsync(change, plan, meter, "tokens", AggregationMethod.Max, (0, 0.0000001m));
        return plan.Id;
    }

    private static async ValueTask PriceAsync(
        ResourceChange change, Plan plan, Meter meter, string field, AggregationMethod method,
        params (decimal From, decimal Price)[] bands)
    {
        var aggregation = await change.CreateAsync(AggregationResource.Definition, new Aggregation
        {
            Name = $"{method} of {field}",
            Code = $"{field}_{method}",
            MeterId = meter.Id,
            TargetField = field,
            Method = method,
            Rounding = Rounding.None,
            QuantityPerUnit = 1,
            Unit = field,
        });
        await change.CreateAsync(PricingResource.Definition, new PlanPricing
        {
            PlanId = plan.Id,
            AggregationId = aggregation.Id,
            StartDate = Start,
            Cumulative = true,
            PricingBands =
            [
                .. bands.Select(band => new PricingBand
                {
                    LowerLimit = band.From,
                    FixedPrice = 0,
                    UnitPrice = band.Price,
                }),
            ],
        });
    }

    private static async ValueTask MakeCustomerAsync(ResourceChange change, string planId, int number)
    {
        var code = string.Create(CultureInfo.InvariantCulture, $"acct-{number:00000}");
        var account = await change.CreateAsync(AccountResource.Definition, new Account
        {
            Name = $"Customer {number}",
            Code = code,
            EmailAddress = $"{code}@example.com",
        });
        await change.CreateAsync(AccountPlanResource.Definition, new AccountPlan
        {
            AccountId = account.Id,
            PlanId = planId,
            StartDate = Start,
        });
        await change.CreateAsync(CommitmentResource.Definition, new Commitment
        {
            AccountId = account.Id,
            Currency = "USD",
            StartDate = new LocalDate(2020, 1, 1),
            EndDate = new LocalDate(2100, 1, 1),
            Amount = 1_000_000,
        });
    }
}
