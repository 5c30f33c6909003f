using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Metering.Products;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class BillTests
{
    [Fact]
    public void Bill_Dates_AreThoseOfTheArrearsPeriod()
    {
        var input = Input("2023-10-01", On("2023-01-01"));
        var bill = (input with { Organization = Organization with { Timezone = "Europe/London" } })
            .For(account => account with { PurchaseOrderNumber = "PO-7" }).Bill();
        (bill.StartDate, bill.EndDate).ShouldBe((Date("2023-09-01"), Date("2023-10-01")));
        bill.BillDate.ShouldBe(Date("2023-10-01"));
        (bill.StartDateTimeUtc, bill.EndDateTimeUtc).ShouldBe((At("2023-08-31T23:00:00Z"), At("2023-09-30T23:00:00Z")));
        (bill.Timezone, bill.PurchaseOrderNumber, bill.AccountCode).ShouldBe(("Europe/London", "PO-7", "acme"));
    }

    [Fact]
    public void Bill_ShortFirstPeriod_KeepsTheWholeArrearsPeriod() =>
        Input("2025-02-01", On("2025-01-20")).Bill().StartDate.ShouldBe(Date("2025-01-01"));

    [Fact]
    public void Bill_NoPlanDueAnyMore_IsEmptyForThePeriodBeforeItsDate()
    {
        var bill = Input("2025-02-01").Bill();
        bill.LineItems.ShouldBeEmpty();
        (bill.StartDate, bill.BillTotal).ShouldBe((Date("2025-01-01"), 0m));
    }

    [Theory]
    [InlineData(null, null, "2023-10-31")] // organization: 30 days
    [InlineData(14, null, "2023-10-15")]
    [InlineData(14, "2023-12-24", "2023-12-24")]
    public void DueDate_JobAccountOrganization_MostSpecificWins(int? account, string? job, string expected) =>
        Input("2023-10-01", On("2023-01-01")).For(one => one with { DaysBeforeBillDue = account })
            .Overriding(new RunOverrides { DueDate = job is null ? null : Date(job) })
            .Bill().DueDate.ShouldBe(Date(expected));

    [Theory]
    [InlineData(null, null, "2023-10-01")]
    [InlineData(InvoiceDate.FirstDayOfNextPeriod, null, "2023-10-01")]
    [InlineData(InvoiceDate.LastDayOfArrears, null, "2023-09-30")]
    [InlineData(InvoiceDate.LastDayOfArrears, "2023-12-24", "2023-12-24")]
    public void ExternalInvoiceDate_RuleOrJob_Decides(InvoiceDate? rule, string? job, string expected) =>
        (Input("2023-10-01", On("2023-01-01")) with { Organization = Organization with { ExternalInvoiceDate = rule } })
            .Overriding(new RunOverrides { ExternalInvoiceDate = job is null ? null : Date(job) })
            .Bill().ExternalInvoiceDate.ShouldBe(Date(expected));

    [Fact]
    public void Timezone_OfTheJob_ReplacesTheOrganizations() =>
        Input("2025-02-01", On("2025-01-01")).Overriding(new RunOverrides { Timezone = "+1" })
            .Bill().EndDateTimeUtc.ShouldBe(At("2025-01-31T23:00:00Z"));

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(null, false)]
    public void EmptyBill_SuppressedEmptyBills_Decides(bool? setting, bool isSuppressed) =>
        (Input("2025-02-01", On("2025-01-01")) with
        {
            Organization = Organization with { SuppressedEmptyBills = setting },
        }).Bill().IsSuppressed.ShouldBe(isSuppressed);

    [Fact]
    public void Total_SeveralLines_IsTheSumOfRoundedAmounts()
    {
        // 0.005 each: 0.01 + 0.01, not 0.01 for both together.
        var other = Calls with { Id = "aggregation-2" };
        Input("2025-02-01", On("2025-01-01", pricings: [
            Price("0: 0 + 0.001"), Price("0: 0 + 0.001", id: "pricing-2", aggregation: other)]))
            .Bill(5).BillTotal.ShouldBe(0.02m);
    }

    [Theory]
    [InlineData("p", "a", "p")] // pricing, aggregation, product of the plan
    [InlineData(null, "a", "a")]
    [InlineData(null, null, "product-1")]
    public void AccountingProduct_OfUsage_FirstDefinedWins(string? pricing, string? aggregation, string expected)
    {
        var price = Price("0: 0 + 1", aggregation: Calls with { AccountingProductId = aggregation });
        price = price with { Pricing = price.Pricing with { AccountingProductId = pricing } };
        var input = Input("2025-02-01", On("2025-01-01", pricings: price)) with
        {
            AccountingProducts =
            [
                new Product { Id = "p", Name = "of p", Code = "p" },
                new Product { Id = "a", Name = "of a", Code = "a" },
            ],
        };
        var line = input.Bill(1).LineItems.Single();
        (line.AccountingProductId, line.ProductId).ShouldBe((expected, "product-1"));
        line.AccountingProductName.ShouldBe(expected == "product-1" ? "Storage" : "of " + expected);
    }

    [Theory]
    [InlineData("s", "s")]
    [InlineData(null, "product-1")]
    public void AccountingProduct_OfStandingCharge_FirstDefinedWins(string? plan, string expected)
    {
        var terms = On("2025-01-01", template: Template with { StandingCharge = 1 });
        Input("2025-02-01", terms with { Plan = terms.Plan with { StandingChargeAccountingProductId = plan } }).Bill()
            .LineItems.Single().AccountingProductId.ShouldBe(expected);
    }

    [Fact]
    public void Lines_Order_IsProductTypePlanAggregationTime()
    {
        var template = Template with { StandingCharge = 10 };
        var compute = new Product { Id = "product-2", Name = "Compute", Code = "compute" };
        var bytes = Calls with { Id = "aggregation-0", Name = "Bytes" };
        var storage = On("2025-01-01", template: template, pricings: [
            Price("0: 0 + 1", from: "2025-01-16", id: "a-later"),
            Price("0: 0 + 1", to: "2025-01-16", id: "z-earlier"),
            Price("0: 0 + 1", aggregation: bytes, id: "m-bytes")]);
        var price = Price("0: 0 + 1", id: "c");
        var computing = On("2025-01-01", template: template, id: "2", product: compute, pricings: price);
        var bill = Input("2025-02-01", storage, computing).Bill(1);
        bill.LineItems.Select(line => $"{line.SequenceNumber} {line.ProductName} {line.LineItemType} {line.PricingId}")
            .ShouldBe(
            [
                "1 Compute StandingCharge ",
                "2 Compute Usage c",
                "3 Storage StandingCharge ",
                "4 Storage Usage z-earlier", // API calls before Bytes; of one aggregation in order of time
                "5 Storage Usage a-later",
                "6 Storage Usage m-bytes",
            ]);
    }

    [Fact]
    public void Ids_OfBillAndLines_ComeFromContent()
    {
        var template = Template with { StandingCharge = 10 };
        var input = Input("2025-02-01", On("2025-01-01", template: template, pricings: Price("0: 0 + 1")));
        var bill = input.Bill(1);
        Guid.Parse(bill.Id).Version.ShouldBe(8);
        var recalculated = input.Bill(2); // other usage, same bill
        recalculated.Id.ShouldBe(bill.Id);
        recalculated.LineItems.Select(line => line.Id).ShouldBe(bill.LineItems.Select(line => line.Id));
        string[] others =
        [
            (input with { OrganizationId = "organization-2" }).Bill(1).Id,
            input.For(account => account with { Id = "account-2" }).Bill(1).Id,
            (input with { Run = input.Run with { BillDate = Date("2025-03-01") } }).Bill(1).Id,
            (input with { Run = input.Run with { Interval = 2 } }).Bill(1).Id,
        ];
        others.Append(bill.Id).Concat(bill.LineItems.Select(line => line.Id!)).Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public void ToBill_OfTheApi_IsPendingAndUnlocked()
    {
        var bill = Input("2025-02-01", On("2025-01-01")).Bill().ToBill(At("2025-02-01"), At("2025-02-02"), "job-1");
        (bill.Status, bill.Locked, bill.BillJobId).ShouldBe((BillStatus.Pending, false, "job-1"));
        (bill.CreatedDate, bill.LastCalculatedDate).ShouldBe((At("2025-02-01"), At("2025-02-02")));
    }

    [Fact]
    public void Bill_WorkedExampleOfTheGuide_HasItsLines()
    {
        // docs/how-a-bill-is-made.md
        var template = Template with { Currency = "EUR", StandingCharge = 90, StandingChargeBillInAdvance = true };
        var terms = On("2025-04-11", template: template, pricings: Price("0: 0 + 0.10; 1000: 5 + 0.08"));
        var organization = Organization with
        {
            CurrencyConversions = [new CurrencyConversion { From = "EUR", To = "USD", Multiplier = 1.10m }],
        };
        var bill = (Input("2025-05-01", terms) with { Organization = organization }).Bill(1_500.5m);
        bill.ShouldHaveLines(
            "STANDING_CHARGE 2025-04-11..2025-05-01 60.00",
            "STANDING_CHARGE 2025-05-01..2025-06-01 90.00",
            "USAGE 2025-04-11..2025-05-01 145.04");
        bill.LineItems.Select(line => line.ConvertedSubtotal).ShouldBe([66.00m, 99.00m, 159.54m]);
        bill.LineItems[2].UsagePerPricingBand!.Select(band => (band.BandSubtotal, band.ConvertedBandSubtotal))
            .ShouldBe([(100m, 110m), (45.04m, 49.54m)]);
        bill.BillTotal.ShouldBe(324.54m);
        bill.DueDate.ShouldBe(Date("2025-05-31"));
    }
}
