using Tallystick.Client;

namespace Tallystick.Console.Tests.Billing;

/// <summary>Accounts with a plan, a price in two bands and usage in May 2026: what a bill needs.</summary>
internal sealed class BillingSample : IDisposable
{
    /// <summary>Last day of the period with usage.</summary>
    internal const string LastDay = "2026-05-31";

    /// <summary>A name that must stay text.</summary>
    internal const string Hostile = "<script>alert('acme')</script> & \"Co\"";

    private readonly HttpClient _http = new();
    private string _plan = "";
    private int _accounts;

    private BillingSample(ConsoleServer server)
    {
        Client = new TallystickClient(_http, new TallystickSettings
        {
            BaseUrl = server.Address,
            OrganizationId = server.First.OrganizationId,
            AccessKeyId = server.First.AccessKeyId,
            ApiSecret = server.First.ApiSecret,
        });
    }

    internal TallystickClient Client { get; }

    internal string ProductId { get; private set; } = "";

    internal string ReasonId { get; private set; } = "";

    internal static async Task<BillingSample> MakeAsync(ConsoleServer server, int accounts = 1)
    {
        var sample = new BillingSample(server);
        sample._plan = await sample.MakePlanAsync();
        for (var index = 0; index < accounts; index++)
            await sample.AddAccountAsync();
        var reason = await sample.Client.CreditReasons.CreateAsync(
            new CreditReason { Name = "Goodwill", Code = "goodwill" });
        sample.ReasonId = reason.Id;
        return sample;
    }

    /// <summary>Adds an account with usage.</summary>
    /// <returns>Its code.</returns>
    internal async Task<string> AddAccountAsync()
    {
        var code = $"account_{Interlocked.Increment(ref _accounts)}";
        var account = await Client.Accounts.CreateAsync(
            new Account { Name = $"{Hostile} {code}", Code = code, EmailAddress = "billing@example.com" });
        await Client.AccountPlans.CreateAsync(
            new AccountPlan { AccountId = account.Id, PlanId = _plan, StartDate = Day("2026-04-01") });
        await UseAsync(code, 1_500.5m);
        return code;
    }

    /// <summary>Uses the product on a day of the period.</summary>
    internal async Task UseAsync(string account, decimal requests)
    {
        await Client.Measurements.SubmitAsync(new SubmitMeasurementsRequest
        {
            Measurements =
            [
                new Measurement
                {
                    Uid = $"{Guid.NewGuid()}",
                    Meter = "requests",
                    Account = account,
                    Ts = Day("2026-05-10"),
                    Measure = new() { ["requests"] = requests },
                },
            ],
        });
    }

    /// <summary>Runs billing of an account for the period, and waits for the end.</summary>
    internal async Task<BillJob> RunAsync(string account, string last = LastDay)
    {
        var owner = await Client.Accounts.ListAsync(codes: [account]).SingleAsync();
        var job = await Client.BillJobs.CreateAsync(
            new BillJob { LastDateInBillingPeriod = DateOnly.Parse(last), AccountIds = [owner.Id] });
        while ((job = await Client.BillJobs.GetAsync(job.Id)).Status != BillJobStatus.Complete)
            await Task.Delay(20);
        return job;
    }

    /// <summary>The bill of an account for the period.</summary>
    internal async Task<Bill> BillAsync(string account, string last = LastDay) =>
        await Client.Bills.GetAsync((await RunAsync(account, last)).BillIds!.Single());

    /// <summary>Somebody who may look at everything and change nothing, signed in.</summary>
    internal async Task<(string Email, string Password)> InviteReaderAsync(string policyName = "Reader")
    {
        const string Password = "a password to read with";
        var policy = await Client.PermissionPolicies.CreateAsync(new PermissionPolicy
        {
            Name = policyName,
            PermissionPolicyValue =
            [
                new PermissionStatement
                {
                    Effect = PermissionEffect.Allow,
                    Action = [PermissionAction.ConfigRetrieve],
                    Resource = ["*"],
                },
            ],
        });
        var email = $"reader.{Guid.NewGuid():N}@example.com";
        var sent = await Client.Invitations.CreateAsync(new Invitation
        {
            Email = email,
            FirstName = "Rea",
            LastName = "Der",
            PermissionPolicyIds = [policy.Id],
        });
        var link = new Uri(sent.AcceptUrl!);
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(link.Query);
        await Client.Invitations.AcceptAsync(new AcceptInvitationRequest
        {
            OrganizationId = query["organizationId"].ToString(),
            InvitationId = query["invitationId"].ToString(),
            Token = link.Fragment[1..],
            Password = Password,
        });
        return (email, Password);
    }

    public void Dispose()
    {
        Client.Dispose();
        _http.Dispose();
    }

    private static DateTimeOffset Day(string text) => new(DateOnly.Parse(text), TimeOnly.MinValue, TimeSpan.Zero);

    private async Task<string> MakePlanAsync()
    {
        var product = await Client.Products.CreateAsync(new Product { Name = "Translation", Code = "translation" });
        ProductId = product.Id;
        var meter = await Client.Meters.CreateAsync(new Meter
        {
            Name = "Requests",
            Code = "requests",
            ProductId = product.Id,
            DataFields =
            [
                new DataField
                {
                    Category = DataFieldCategory.Measure,
                    Code = "requests",
                    Name = "Requests",
                    Unit = "1",
                },
            ],
            DerivedFields = [],
        });
        var aggregation = await Client.Aggregations.CreateAsync(new Aggregation
        {
            Name = "API calls",
            Code = "api_calls",
            MeterId = meter.Id,
            TargetField = "requests",
            Method = AggregationMethod.Sum,
            QuantityPerUnit = 1,
            Rounding = Rounding.None,
            Unit = "calls",
        });
        var template = await Client.PlanTemplates.CreateAsync(new PlanTemplate
        {
            Name = "Monthly",
            ProductId = product.Id,
            Currency = "USD",
            StandingCharge = 90,
            BillFrequency = BillingFrequency.Monthly,
        });
        var plan = await Client.Plans.CreateAsync(
            new Plan { Name = "Team", Code = "team", PlanTemplateId = template.Id });
        await Client.Pricings.CreateAsync(new Tallystick.Client.Pricing
        {
            PlanId = plan.Id,
            AggregationId = aggregation.Id,
            StartDate = Day("2020-01-01"),
            Cumulative = true,
            PricingBands =
            [
                new PricingBand { LowerLimit = 0, FixedPrice = 0, UnitPrice = 0.1m },
                new PricingBand { LowerLimit = 1_000, FixedPrice = 5, UnitPrice = 0.08m },
            ],
        });
        return plan.Id;
    }
}
