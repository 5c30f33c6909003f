using System.Text.Json.Serialization;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.EndDating;
using Tallystick.Billing.Erasures;
using Tallystick.Billing.Explanations;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Billing.Invoices;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Memos;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.Picklists;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Billing.Statements;
using Tallystick.Billing.WhatIf;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing;

/// <summary>Source-generated JSON for the resources of Billing.</summary>
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(AccountPlan))]
[JsonSerializable(typeof(OrganizationConfig))]
[JsonSerializable(typeof(BillGroupingKey))]
[JsonSerializable(typeof(CreditReason))]
[JsonSerializable(typeof(DebitReason))]
[JsonSerializable(typeof(TransactionType))]
[JsonSerializable(typeof(PlanGroupLink))]
[JsonSerializable(typeof(CounterAdjustment))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(StatementDefinition))]
[JsonSerializable(typeof(StatementJob))]
[JsonSerializable(typeof(StatementBasis))]
[JsonSerializable(typeof(BillConfig))]
[JsonSerializable(typeof(InvoiceSettings))]
[JsonSerializable(typeof(Contract))]
[JsonSerializable(typeof(Commitment))]
[JsonSerializable(typeof(Balance))]
[JsonSerializable(typeof(BalanceTransaction))]
[JsonSerializable(typeof(BalanceTransactionsSummary))]
[JsonSerializable(typeof(BalanceTransactionSchedule))]
[JsonSerializable(typeof(BalanceChargeSchedule))]
[JsonSerializable(typeof(ExternalMapping))]
[JsonSerializable(typeof(EndDateBillingEntitiesRequest))]
[JsonSerializable(typeof(EndDateBillingEntitiesResponse))]
[JsonSerializable(typeof(BillJob))]
[JsonSerializable(typeof(BillJobResult))]
[JsonSerializable(typeof(BillDraw))]
[JsonSerializable(typeof(BillJobCheckpoint))]
[JsonSerializable(typeof(Bill))]
[JsonSerializable(typeof(FormerBill))]
[JsonSerializable(typeof(FeesOnBill))]
[JsonSerializable(typeof(BillDerivation))]
[JsonSerializable(typeof(BillExplanation))]
[JsonSerializable(typeof(BillDifference))]
[JsonSerializable(typeof(WhatIfResult))]
[JsonSerializable(typeof(CreditLineItem))]
[JsonSerializable(typeof(DebitLineItem))]
[JsonSerializable(typeof(InvoiceNumber))]
[JsonSerializable(typeof(InvoiceSequence))]
[JsonSerializable(typeof(RunOverrides))]
[JsonSerializable(typeof(MeasurementErasure))]
internal sealed partial class BillingJson : JsonSerializerContext
{
    /// <summary>The context with the JSON format of the product.</summary>
    internal static BillingJson Format { get; } = new(JsonFormat.NewOptions());
}
