using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.PlanGroups;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

/// <content>The statements of plan groups and counters.</content>
internal sealed partial class BillStory
{
    private void TakeGroup(string code, Settings settings)
    {
        var attached = On(
            settings.Text("from")!, settings.Text("to"), id: code, epoch: settings.Text("epoch")).AccountPlan;
        var group = new PlanGroup
        {
            Id = "group-" + code,
            Name = code,
            Currency = settings.Text("currency") ?? "USD",
            StandingCharge = settings.Number("standing"),
            StandingChargeBillInAdvance = IsAdvance(settings, "timing"),
            MinimumSpend = settings.Number("minimum"),
            MinimumSpendBillInAdvance = IsAdvance(settings, "minimum-timing"),
        };
        _groups[code] = new GroupPlanTerms(attached with { PlanId = null, PlanGroupId = group.Id }, group, null);
    }

    private void TakeCount(string counter, string shape, Settings settings)
    {
        var pricing = new CounterPricing
        {
            Id = $"counting-{_plans.Count}-{_plans[^1].CounterPricings.Count + 1}",
            PlanId = settings.Text("of") == "template" ? null : _plans[^1].Plan.Id,
            Cumulative = IsCumulative(shape),
            StartDate = At(settings.Text("from") ?? "2020-01-01"),
            EndDate = settings.Text("to") is { } to ? At(to) : null,
            PricingBands = [],
            CounterId = counter,
            RunningTotalBillInAdvance = settings.Text("timing") == "arrears" ? false : null,
            ProRateRunningTotal = IsProrated("total"),
            ProRateAdjustmentDebit = IsProrated("debit"),
            ProRateAdjustmentCredit = IsProrated("credit"),
        };
        var terms = new CounterPricingTerms(
            pricing, new Counter { Id = counter, Name = counter, Unit = settings.Text("unit") ?? "seat" });
        ChangeLastPlan(plan => plan with { CounterPricings = [.. plan.CounterPricings, terms] });
        _countsLast = true;

        bool? IsProrated(string part) => settings.Text(part) == "whole" ? false : null;
    }

    private static bool IsAdvance(Settings settings, string name) => settings.Text(name) == "advance";

    private static bool IsCumulative(string shape) => shape switch
    {
        "tiered" or "custom-tiered" => true,
        "volume" or "stairstep" or "custom-volume" => false,
        _ => throw new FormatException($"'{shape}' is no shape of a price."),
    };

    private void TakeSeats(string counter, string date, string value, Settings settings) =>
        _adjustments.Add(new CounterAdjustment
        {
            Id = $"adjustment-{_adjustments.Count + 1}",
            AccountId = _account.Id,
            CounterId = counter,
            Date = Date(date),
            Value = (int)Number(value),
            PurchaseOrderNumber = settings.Text("order"),
        });
}
