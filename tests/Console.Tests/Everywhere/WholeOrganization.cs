using Tallystick.Client;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>
/// A server with something of each kind, so that every page has something to show. All names contain markup.
/// </summary>
internal sealed class WholeOrganization(BillingSample sample)
{
    /// <summary>What a page contains if it fails to escape a text.</summary>
    internal const string Markup = "<img src=x onerror=boom()>";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TallystickClient Client => sample.Client;

    internal static async Task MakeAsync(BillingSample sample)
    {
        var organization = new WholeOrganization(sample);
        await organization.MakePicklistsAsync();
        await organization.MakeMeteringAsync();
        await organization.MakePricesAsync();
        await organization.MakeAccountAsync();
        await organization.MakeBillAsync();
        await organization.MakeAccessAsync();
    }

    private static string Named(string name) => $"{name} {Markup}\"'&";

    private async Task MakePicklistsAsync()
    {
        await Client.Currencies.CreateAsync(new Currency { Name = Named("Swiss franc"), Code = "CHF" });
        await Client.DebitReasons.CreateAsync(new DebitReason { Name = Named("Correction"), Code = "correction" });
        await Client.TransactionTypes.CreateAsync(new TransactionType { Name = Named("Gift"), Code = "gift" });
        await Client.BillGroupingKeys.CreateAsync(
            new BillGroupingKey { Name = Named("Subsidiary"), Code = "subsidiary", Exclusive = false });
    }

    private async Task MakeMeteringAsync()
    {
        var meter = await Client.Meters.CreateAsync(new Meter
        {
            Name = Named("Transfers"),
            Code = "transfers",
            DataFields =
            [
                new() { Name = Named("Bytes"), Code = "bytes", Category = DataFieldCategory.Measure, Unit = "By" },
                new() { Name = Named("Region"), Code = "region", Category = DataFieldCategory.Where },
            ],
            DerivedFields =
            [
                new()
                {
                    Name = Named("Kilobytes"),
                    Code = "kilobytes",
                    Category = DataFieldCategory.Measure,
                    Unit = "kB",
                    Calculation = "bytes / 1000",
                },
            ],
        });
        await Client.Aggregations.CreateAsync(new Aggregation
        {
            Name = Named("Bytes by region"),
            Code = "bytes_by_region",
            MeterId = meter.Id,
            TargetField = "bytes",
            Method = AggregationMethod.Sum,
            QuantityPerUnit = 1,
            Rounding = Rounding.None,
            Unit = "By",
            SegmentedFields = ["region"],
            Segments = [new() { ["region"] = "eu" }, new() { ["region"] = "*" }],
        });
        await Client.CompoundAggregations.CreateAsync(new CompoundAggregation
        {
            Name = Named("Weighted calls"),
            Code = "weighted_calls",
            Calculation = "aggregation.api_calls * 2",
            QuantityPerUnit = 1,
            Rounding = Rounding.None,
            Unit = "calls",
        });
        await Client.Counters.CreateAsync(new Counter { Name = Named("Seats"), Code = "seats", Unit = "seats" });
        await MakeLookupTableAsync();
        await Client.SavedQueries.CreateAsync(new UsageSavedQuery
        {
            Name = Named("This month"),
            UsageQuery = new UsageQueryRequest { MeterIds = [meter.Id], StartDate = Start, EndDate = End },
        });
        await UploadAsync();
        // A measurement of a meter that is not there fails, and can be mended.
        await Client.Measurements.SubmitAsync(new SubmitMeasurementsRequest
        {
            Measurements =
            [
                new Measurement
                {
                    Uid = "unknown-meter",
                    Meter = Named("no_meter"),
                    Account = "account_1",
                    Ts = Start,
                    Measure = new() { ["bytes"] = 1 },
                },
            ],
        });
    }

    private async Task MakeLookupTableAsync()
    {
        var table = await Client.LookupTables.CreateAsync(new LookupTable { Name = Named("Rates"), Code = "rates" });
        LookupTableRevision revision = new()
        {
            Name = Named("First"),
            Fields =
            [
                new() { Name = "region", Type = LookupTableRevisionFieldType.String },
                new() { Name = "rate", Type = LookupTableRevisionFieldType.Number },
            ],
            Keys = ["region"],
        };
        var first = await Client.LookupTableRevisions.CreateAsync(table.Id, revision);
        foreach (var status in (LookupTableRevisionStatus[])
            [LookupTableRevisionStatus.Published, LookupTableRevisionStatus.Archived])
        {
            first = await Client.LookupTableRevisions.UpdateStatusAsync(
                table.Id, first.Id, new() { Status = status, Version = first.Version });
        }
        await Client.LookupTableRevisions.CreateAsync(table.Id, revision with { Name = Named("Second") });
    }

    private async Task UploadAsync()
    {
        var file = "[]"u8.ToArray();
        var upload = await Client.FileUploads.CreateUploadAsync(new MeasurementUploadRequest
        {
            FileName = Named("usage.json"),
            ContentType = MeasurementUploadContentType.ApplicationJson,
            ContentLength = file.Length,
        });
        using var http = new HttpClient();
        using var content = new ByteArrayContent(file);
        foreach (var (name, value) in upload.Headers!)
            content.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.PutAsync(upload.Url, content);
        response.EnsureSuccessStatusCode();
    }

    private async Task MakePricesAsync()
    {
        var counter = await Client.Counters.ListAsync().FirstAsync();
        var plan = await Client.Plans.ListAsync().FirstAsync();
        await Client.CounterPricings.CreateAsync(new CounterPricing
        {
            CounterId = counter.Id,
            PlanId = plan.Id,
            StartDate = Start,
            Description = Named("Seats"),
            PricingBands = [new PricingBand { LowerLimit = 0, FixedPrice = 0, UnitPrice = 12.5m }],
        });
        var group = await Client.PlanGroups.CreateAsync(
            new PlanGroup { Name = Named("Bundle"), Code = "bundle", Currency = "USD" });
        await Client.PlanGroupLinks.CreateAsync(new PlanGroupLink { PlanGroupId = group.Id, PlanId = plan.Id });
    }

    private async Task MakeAccountAsync()
    {
        var account = await Client.Accounts.SearchAsync("code~account_").FirstAsync();
        await Client.Accounts.CreateAsync(new Account
        {
            Name = Named("Child"),
            Code = "child",
            EmailAddress = "child@example.com",
            ParentAccountId = account.Id,
        });
        await Client.Contracts.CreateAsync(new Contract
        {
            AccountId = account.Id,
            Name = Named("Frame"),
            Code = "frame",
            StartDate = new DateOnly(2026, 1, 1),
            EndDate = new DateOnly(2027, 1, 1),
        });
        await Client.Commitments.CreateAsync(new Commitment
        {
            AccountId = account.Id,
            Amount = 25,
            Currency = "USD",
            StartDate = new DateOnly(2026, 1, 1),
            EndDate = new DateOnly(2030, 1, 1),
            CommitmentUsageDescription = Named("Prepaid"),
        });
        await Client.Charges.CreateAsync(new Charge
        {
            Name = Named("Set-up"),
            Code = "set_up",
            AccountId = account.Id,
            Amount = 99.5m,
            Currency = "USD",
            EntityType = ChargeEntityType.AdHoc,
            LineItemType = ChargeLineItemType.AdHoc,
            BillDate = new DateOnly(2026, 6, 1),
            ServicePeriodStartDate = Start,
            ServicePeriodEndDate = End,
            Notes = Named("Note"),
        });
        var counter = await Client.Counters.ListAsync().FirstAsync();
        await Client.CounterAdjustments.CreateAsync(new CounterAdjustment
        {
            CounterId = counter.Id,
            AccountId = account.Id,
            Date = new DateOnly(2026, 5, 1),
            Value = 5,
            PurchaseOrderNumber = Named("PO"),
        });
        await Client.ExternalMappings.CreateAsync(new ExternalMapping
        {
            M3terEntity = "Account",
            M3terId = account.Id,
            ExternalSystem = "Stripe",
            ExternalTable = "Customer",
            ExternalId = Named("cus_1"),
        });
        await MakeBalanceAsync(account.Id);
    }

    private async Task MakeBalanceAsync(string account)
    {
        var type = await Client.TransactionTypes.ListAsync().FirstAsync();
        var balance = await Client.Balances.CreateAsync(new Balance
        {
            AccountId = account,
            Name = Named("Top-up"),
            Code = "top_up",
            Currency = "USD",
            StartDate = Start,
            EndDate = End,
        });
        await Client.BalanceTransactions.CreateAsync(
            balance.Id, new BalanceTransaction { Amount = 40.25m, Description = Named("Paid in") });
        await Client.BalanceTransactionSchedules.CreateAsync(balance.Id, new BalanceTransactionSchedule
        {
            Name = Named("Monthly gift"),
            Code = "monthly_gift",
            Amount = 5,
            TransactionDescription = Named("Gift"),
            TransactionTypeId = type.Id,
            StartDate = new DateTimeOffset(2029, 1, 15, 0, 0, 0, TimeSpan.Zero),
            EndDate = new DateTimeOffset(2029, 4, 1, 0, 0, 0, TimeSpan.Zero),
            Frequency = ScheduleFrequency.Monthly,
            FrequencyInterval = 1,
        });
        await Client.BalanceChargeSchedules.CreateAsync(balance.Id, new BalanceChargeSchedule
        {
            Name = Named("Monthly fee"),
            Code = "monthly_fee",
            Amount = 10,
            Currency = "USD",
            ServicePeriodStartDate = new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero),
            ServicePeriodEndDate = new DateTimeOffset(2029, 4, 1, 0, 0, 0, TimeSpan.Zero),
            BillFrequency = ScheduleFrequency.Monthly,
            BillFrequencyInterval = 1,
            BillInAdvance = false,
            ChargeDescription = Named("Fee"),
        });
    }

    private async Task MakeBillAsync()
    {
        await Client.StatementDefinitions.CreateAsync(new StatementDefinition
        {
            Name = Named("Daily"),
            AggregationFrequency = AggregationFrequency.Day,
        });
        var former = await sample.BillAsync("account_1", "2026-04-30");
        await Client.Bills.ApproveAsync(new ApproveBillsRequest { BillIds = [former.Id] });
        var bill = await sample.BillAsync("account_1");
        var line = bill.LineItems!.First();
        await Client.CreditLineItems.CreateAsync(bill.Id, new CreditLineItem
        {
            ProductId = sample.ProductId,
            AccountingProductId = sample.ProductId,
            Description = Named("Apology"),
            Amount = 1.5m,
            ReferencedBillId = bill.Id,
            ReferencedLineItemId = line.Id!,
            ServicePeriodStartDate = Start,
            ServicePeriodEndDate = End,
            CreditReasonId = sample.ReasonId,
        });
        var reason = await Client.DebitReasons.ListAsync().FirstAsync();
        await Client.DebitLineItems.CreateAsync(bill.Id, new DebitLineItem
        {
            ProductId = sample.ProductId,
            AccountingProductId = sample.ProductId,
            Description = Named("Correction"),
            Amount = 1.5m,
            ReferencedBillId = bill.Id,
            ReferencedLineItemId = line.Id!,
            ServicePeriodStartDate = Start,
            ServicePeriodEndDate = End,
            DebitReasonId = reason.Id,
        });
    }

    private async Task MakeAccessAsync()
    {
        await Client.ResourceGroups.PostResourceGroupAsync("user", new ResourceGroup { Name = Named("Team") });
        var robot = await Client.ServiceUsers.CreateAsync(new ServiceUser { Name = Named("Robot") });
        await Client.AccessKeys.CreateAsync(robot.Id);
        await sample.InviteReaderAsync(Named("Reader"));
        await Client.Invitations.CreateAsync(new Invitation
        {
            Email = "invited@example.com",
            FirstName = Named("In"),
            LastName = Named("Vited"),
        });
    }
}
