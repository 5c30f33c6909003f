using System.Text.Json.Serialization;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Resources;

namespace Tallystick.Billing;

/// <summary>Reads and writes the resources of billing without reflection.</summary>
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(AccountPlan))]
[JsonSerializable(typeof(OrganizationConfig))]
[JsonSerializable(typeof(BillJob))]
[JsonSerializable(typeof(Bill))]
[JsonSerializable(typeof(InvoiceSequence))]
[JsonSerializable(typeof(RunOverrides))]
internal sealed partial class BillingJson : JsonSerializerContext
{
    /// <summary>In the one JSON format of the product.</summary>
    internal static BillingJson Format { get; } = new(JsonFormat.NewOptions());
}
