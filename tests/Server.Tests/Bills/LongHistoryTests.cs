using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Bills;

/// <summary>A bill job reads no more bills of an account that has been billed for long.</summary>
public sealed class LongHistoryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Job_ForAChildWithManyLockedBills_ReadsOnlyThoseOfThePastYear()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        var parent = await FullSamples.CreateAsync(own.Client, "accounts", FullSamples.Parse(
            """{"name":"Head","code":"head","emailAddress":"a@example.com"}"""));
        var child = (await own.Client.GetAsync($"accounts/{account.Id}")).Object;
        child["parentAccountId"] = parent;
        (await own.Client.PutAsync($"accounts/{account.Id}", child)).Object.ShouldNotBeNull();
        await AddHistoryAsync(own, account.Id, [], 600);

        var (bills, _) = await ReadByJobAsync(own, [account.Id, parent]);

        // Some are read again to be replaced.
        bills.ShouldBeInRange(1, 20);
    }

    [Fact]
    public async Task Job_ForACommitmentWithManyFees_ReadsTheirIndexAndNotTheBills()
    {
        await using var own = await ApiServer.StartAsync();
        var account = await BilledAccount.MakeAsync(own.Client);
        var commitment = await FullSamples.CreateAsync(own.Client, "commitments", FullSamples.Parse($$"""
            {"accountId":"{{account.Id}}","amount":72000,"currency":"USD","startDate":"1990-01-01",
              "endDate":"2050-01-01","lineItemTypes":["MINIMUM_SPEND"],"billingPlanId":"{{account.PlanId}}"}
            """));
        await AddHistoryAsync(own, account.Id, [commitment], 400);

        var (bills, index) = await ReadByJobAsync(own, [account.Id]);

        bills.ShouldBeInRange(0, 10);
        index.ShouldBeInRange(400, 820);
    }

    // Locked bills of every month before 2025.
    private static Task AddHistoryAsync(
        ApiServer own, string accountId, IReadOnlyList<string> commitments, int months) =>
        own.Service<ResourceService>().ChangeAsync(own.OrganizationId, "test", Token, async change =>
        {
            foreach (var date in Enumerable.Range(0, months).Select(month =>
                new LocalDate(2025, 1, 1).PlusMonths(-month)))
            {
                await BillSaving.PutAsync(change, null, OfMonth(accountId, commitments, date));
            }
            return true;
        });

    private static Bill OfMonth(string accountId, IReadOnlyList<string> commitments, LocalDate date) => new()
    {
        AccountId = accountId,
        AccountCode = "billed",
        BillDate = date,
        StartDate = date.PlusMonths(-1),
        EndDate = date,
        StartDateTimeUtc = date.PlusMonths(-1).AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
        EndDateTimeUtc = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
        DueDate = date,
        BillingFrequency = BillingFrequency.Monthly,
        BillFrequencyInterval = 1,
        Timezone = "UTC",
        Currency = "USD",
        Locked = true,
        CreatedDate = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
        LastCalculatedDate = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
        Status = BillStatus.Approved,
        LineItems =
        [
            .. commitments.Select(id => new BillLineItem
            {
                LineItemType = LineItemType.CommitmentFee,
                CommitmentId = id,
                Currency = "USD",
                Subtotal = 100,
                Description = "Prepayment fee",
                Quantity = 1,
                Units = 1,
                Unit = "",
                ConversionRate = 1,
                AverageUnitPrice = 100,
                ConvertedSubtotal = 100,
                ServicePeriodStartDate = date.PlusMonths(-1).AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
                ServicePeriodEndDate = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant(),
            }),
        ],
    };

    private static async Task<(int Bills, int Index)> ReadByJobAsync(ApiServer own, IReadOnlyList<string> accountIds)
    {
        await using var store = new WatchedStore(own.Service<IDocumentStore>());
        var job = await LaterJobs.CreateAsync(own, new BillJob { AccountIds = accountIds, BillDate = new(2025, 2, 1) });

        (await (await job.BeginAsync(store.HandlerOf(own))).StepAsync(Token)).ShouldBeFalse();

        var ended = (await own.Client.GetAsync($"billjobs/{job.Id}")).Object;
        (ended["failures"]?.ToJsonString()).ShouldBeNull();
        ended["billIds"]!.AsArray().Count.ShouldBe(1);
        return (store.Take(BillResource.Definition.DocumentKind), store.Take(BillCommitments.Kind));
    }
}
