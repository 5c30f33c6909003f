using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Charges;

/// <summary>The definition of charges.</summary>
public static class ChargeResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Charge> Definition { get; } =
        new("Charge", "charges", () => BillingJson.Format.Charge)
        {
            EventName = "billing.charge",
            MaximumPageSize = 200,
            UniqueBy = [new("code", charge => charge.Code)],
            IndexedBy =
            [
                new("entity_type", charge => JsonFormat.Name(charge.EntityType)) { HasFewValues = true },
                new("bill_date", charge => charge.BillDate is { } date ? InstantText.Write(date) : null)
                {
                    HasFewValues = true,
                },
                new("schedule_id", charge => charge.ScheduleId),
            ],
            Filters =
            [
                ListFilter.One("accountId", "account_id", "Only charges of this account."),
                new ListFilter.ByColumn(
                    "entityType", "Only charges for this kind of entity.", FilterKind.One, "entity_type")
                {
                    Shape = new TextShape(Choices: ["AD_HOC", "BALANCE"]) { ChoicesName = nameof(ChargeEntityType) },
                },
                ListFilter.One("entityId", "entity_id", "Only charges for this balance."),
                new ListFilter.ByColumn("billDate", "Only charges with this bill date.", FilterKind.One, "bill_date")
                {
                    Shape = new DateShape(),
                },
                ListFilter.One("scheduleId", "schedule_id", "Only charges created by this balance charge schedule."),
            ],
            Refers =
            [
                new("accountId", "Account", charge => charge.AccountId),
                new("currency", "Currency", charge => charge.Currency, "code"),
                new("accountingProductId", "Product", charge => charge.AccountingProductId),
                new("contractId", "Contract", charge => charge.ContractId),
                new("entityId", "Balance", charge => charge.EntityId),
            ],
            Complete = (charge, current, _) => ValueTask.FromResult(charge with
            {
                // Clients send an unused reference as an empty string.
                EntityId = string.IsNullOrEmpty(charge.EntityId) ? null : charge.EntityId,
                ContractId = string.IsNullOrEmpty(charge.ContractId) ? null : charge.ContractId,
                BillId = current is null ? charge.BillId : current.BillId,
                ScheduleId = current is null ? charge.ScheduleId : current.ScheduleId,
            }),
            Check = ChargeRules.Check,
            CheckAgainst = ChargeRules.CheckAgainstAsync,
            CheckDelete = (charge, related, issues) => ChargeRules.CheckNotLockedAsync(charge, related, issues),
        };
}
