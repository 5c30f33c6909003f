using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.Picklists;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.SampleData;

/// <summary>The accounts of the sample company's customers, and what was agreed with them.</summary>
/// <param name="organizationId">UUID of the organization.</param>
/// <param name="ids">The ids of what it adds and refers to.</param>
/// <param name="calendar">When agreements begin.</param>
internal sealed class SampleAccounts(string organizationId, SampleIds ids, SampleCalendar calendar)
{
    private Instant Start => SampleCalendar.StartOf(calendar.First);

    /// <summary>Adds the second currency and the lists that accounts and bills refer to.</summary>
    internal async ValueTask AddListsAsync(ResourceChange change)
    {
        await change.CreateAsync(CurrencyResource.Definition, new Currency
        {
            Id = ids["currency/EUR"],
            Name = "Euro",
            Code = "EUR",
            MaxDecimalPlaces = 2,
            RoundingMode = RoundingMode.HalfUp,
        });
        await change.CreateAsync(PicklistResources.CreditReasons, new CreditReason
        {
            Id = ids["reason/goodwill"],
            Name = "Goodwill",
            Code = "goodwill",
        });
        await change.CreateAsync(PicklistResources.CreditReasons, new CreditReason
        {
            Id = ids["reason/outage"],
            Name = "Outage",
            Code = "outage",
        });
        await change.CreateAsync(PicklistResources.DebitReasons, new DebitReason
        {
            Id = ids["reason/correction"],
            Name = "Correction",
            Code = "correction",
        });
        await change.CreateAsync(PicklistResources.TransactionTypes, new TransactionType
        {
            Id = ids["transaction/purchase"],
            Name = "Purchase",
            Code = "purchase",
        });
        var config = (await change.Related.FindAsync<OrganizationConfig>(organizationId))!;
        await change.UpdateAsync(OrganizationConfigResource.Definition, config.Id, config with
        {
            CurrencyConversions = [new CurrencyConversion { From = "USD", To = "EUR", Multiplier = 0.92m }],
            BillPrefix = "SAMPLE-",
            SequenceStartNumber = 1001,
        });
    }

    /// <summary>Adds accounts, their plans, and what was agreed with some of them.</summary>
    internal async ValueTask AddAsync(ResourceChange change)
    {
        foreach (var customer in SampleCustomer.All)
            await change.CreateAsync(AccountResource.Definition, AccountOf(customer));
        await AddContractAsync(change, ids["account/dovetail-insurance"]);
        foreach (var customer in SampleCustomer.All)
        {
            await change.CreateAsync(AccountPlanResource.Definition, PlanOf(customer));
            if (customer.Storage > 0 && customer.Plan is not null)
            {
                await change.CreateAsync(AccountPlanResource.Definition, PlanOf(customer) with
                {
                    Id = ids[$"plan-of/{customer.Code}/hosting"],
                    PlanId = ids[$"plan/{SamplePrices.Hosting}"],
                });
            }
            if (customer.Seats > 0)
                await change.CreateAsync(CounterAdjustmentResource.Definition, SeatsOf(customer));
        }
        await AddBalanceAsync(change, ids["account/ember-fitness"]);
    }

    private Account AccountOf(SampleCustomer customer) => new()
    {
        Id = ids[$"account/{customer.Code}"],
        Name = customer.Name,
        Code = customer.Code,
        EmailAddress = $"billing@{customer.Code}.example",
        ParentAccountId = customer.Parent is null ? null : ids[$"account/{customer.Parent}"],
        Currency = customer.Currency,
        Address = new Address { Locality = customer.Locality },
    };

    private AccountPlan PlanOf(SampleCustomer customer) => new()
    {
        Id = ids[$"plan-of/{customer.Code}"],
        AccountId = ids[$"account/{customer.Code}"],
        PlanId = customer.Plan is null ? null : ids[$"plan/{customer.Plan}"],
        PlanGroupId = customer.Plan is null ? ids[$"group/{SamplePrices.Bundle}"] : null,
        StartDate = Start,
        ContractId = customer.Code == "dovetail-insurance" ? ids["contract"] : null,
        ChildBillingMode = customer.Parent is null ? null : ChildBillingMode.ParentBreakdown,
    };

    private CounterAdjustment SeatsOf(SampleCustomer customer) => new()
    {
        Id = ids[$"seats-of/{customer.Code}"],
        AccountId = ids[$"account/{customer.Code}"],
        CounterId = ids["counter/seats"],
        Date = calendar.First,
        Value = customer.Seats,
    };

    private async ValueTask AddContractAsync(ResourceChange change, string accountId)
    {
        await change.CreateAsync(ContractResource.Definition, new Contract
        {
            Id = ids["contract"],
            AccountId = accountId,
            Name = "Enterprise agreement",
            Code = "enterprise-agreement",
            PurchaseOrderNumber = "PO-20417",
            StartDate = calendar.First,
            EndDate = calendar.First.PlusYears(1),
        });
        await change.CreateAsync(CommitmentResource.Definition, new Commitment
        {
            Id = ids["prepayment"],
            AccountId = accountId,
            ContractId = ids["contract"],
            BillingPlanId = ids[$"plan/{SamplePrices.Scale}"],
            StartDate = calendar.First,
            EndDate = calendar.First.PlusYears(1),
            Currency = "USD",
            Amount = 36_000,
            AmountFirstBill = 9000,
            BillingInterval = 3,
            CommitmentFeeDescription = "Prepayment of the enterprise agreement",
        });
    }

    private async ValueTask AddBalanceAsync(ResourceChange change, string accountId)
    {
        await change.CreateAsync(BalanceResource.Definition, new Balance
        {
            Id = ids["balance"],
            AccountId = accountId,
            Name = "Prepaid credit",
            Code = "prepaid-credit",
            Currency = "USD",
            StartDate = Start,
            EndDate = SampleCalendar.StartOf(calendar.First.PlusYears(1)),
        });
        await change.CreateAsync(BalanceTransactionResource.Definition, new BalanceTransaction
        {
            Id = ids["balance/purchase"],
            BalanceId = ids["balance"],
            Description = "Purchase of credit",
            Amount = 1200,
            Paid = 1200,
            CurrencyPaid = "USD",
            TransactionTypeId = ids["transaction/purchase"],
            AppliedDate = Start,
            TransactionDate = Start,
        });
    }
}
