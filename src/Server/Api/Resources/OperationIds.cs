using System.Collections.Frozen;
using Tallystick.Resources.Definitions;

namespace Tallystick.Server.Api.Resources;

/// <summary>
/// Ids of the operations that every kind has. Generated clients name their methods after them, so they are those of the
/// published contract, which has three styles.
/// </summary>
internal static class OperationIds
{
    // Create and update; of the other kinds, post and put.
    private static readonly FrozenSet<string> NamedByAction = FrozenSet.Create(
        StringComparer.Ordinal,
        "BalanceChargeSchedule", "BalanceTransactionSchedule", "BillConfig", "BillGroupingKey", "Charge",
        "CreditReason", "Currency", "CustomField", "DebitReason", "ExternalMapping", "LookupTableRevision",
        "OrganizationConfig", "OrgUserInvitation", "TransactionType", "UsageSavedQuery");

    private static readonly FrozenSet<string> ListedInSingular = FrozenSet.Create(
        StringComparer.Ordinal,
        "BalanceChargeSchedule", "BalanceTransactionSchedule", "LookupTable", "LookupTableRevision");

    /// <summary>The id of the operation that lists entities.</summary>
    internal static string List(ResourceDefinition definition) =>
        $"List{(ListedInSingular.Contains(definition.Kind) ? definition.Kind : definition.Plural)}";

    /// <summary>The id of the operation that creates an entity.</summary>
    internal static string Create(ResourceDefinition definition) =>
        $"{(NamedByAction.Contains(definition.Kind) ? "Create" : "Post")}{definition.Kind}";

    /// <summary>The id of the operation that replaces an entity.</summary>
    internal static string Update(ResourceDefinition definition) => NamedByAction.Contains(definition.Kind)
        ? $"Update{(definition.Kind == "CustomField" ? definition.Plural : definition.Kind)}"
        : $"Put{definition.Kind}";
}
