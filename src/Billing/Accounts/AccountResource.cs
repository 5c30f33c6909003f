using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Accounts;

/// <summary>The definition of accounts.</summary>
public static class AccountResource
{
    private const int MaxChildren = 999;

    /// <summary>The definition.</summary>
    public static ResourceDefinition<Account> Definition { get; } =
        new("Account", "accounts", () => BillingJson.Format.Account)
        {
            UniqueBy = [new("code", account => account.Code)],
            IndexedBy =
        [
            new("folded_code", account => FoldCode(account.Code)),
            new("name", account => account.Name),
            new("purchase_order_number", account => account.PurchaseOrderNumber),
        ],
            SearchedBy =
        [
            new("created_by", account => account.CreatedBy),
            new("last_modified_by", account => account.LastModifiedBy),
            new("dt_created", account => account.DtCreated is { } created ? InstantText.Sortable(created) : null),
        ],
            Filters = [ListFilter.Many("codes", "code", "Only accounts with these codes.")],
            Search = new Dictionary<string, string>
            {
                ["name"] = "name",
                ["code"] = "code",
                ["codes"] = "code",
                ["currency"] = "currency",
                ["purchaseOrderNumber"] = "purchase_order_number",
                ["parentAccountId"] = "parent_account_id",
                ["id"] = "id",
                ["ids"] = "id",
                ["createdBy"] = "created_by",
                ["dtCreated"] = "dt_created",
                ["lastModifiedBy"] = "last_modified_by",
            },
            Refers =
        [
            new("parentAccountId", "Account", account => account.ParentAccountId),
            new("currency", "Currency", account => account.Currency, "code"),
            new("statementDefinitionId", "StatementDefinition", account => account.StatementDefinitionId),
        ],
            Complete = (account, _, _) => ValueTask.FromResult(account with
            {
                // Clients send an unused reference as an empty string.
                ParentAccountId = string.IsNullOrEmpty(account.ParentAccountId) ? null : account.ParentAccountId,
                Currency = string.IsNullOrEmpty(account.Currency) ? null : account.Currency,
                Timezone = string.IsNullOrEmpty(account.Timezone) ? null : account.Timezone,
                StatementDefinitionId =
                    string.IsNullOrEmpty(account.StatementDefinitionId) ? null : account.StatementDefinitionId,
            }),
            Check = (account, issues) =>
            {
                if (account.Timezone is { } timezone && !BillingTimeZone.TryParse(timezone, out _))
                    issues.Add("time_zone", "timezone", BillingTimeZone.Rule);
                if (account.CreditApplicationOrder is { } order && order.Distinct().Count() < order.Count)
                    issues.Add("duplicate", "creditApplicationOrder", "must not contain duplicates");
            },
            CheckAgainst = CheckHierarchyAsync,
        };

    /// <summary>
    /// A code normalized for near matches: trimmed, inner spaces collapsed, case folded. A submitted code that equals
    /// an existing one only in this form is considered a typing error.
    /// </summary>
    public static string FoldCode(string code) =>
        string.Join(' ', code.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();

    // A hierarchy has two levels, and a parent has at most 999 children.
    private static async ValueTask CheckHierarchyAsync(
        Account account, Account? current, IResourceReader related, Issues issues)
    {
        if (account.ParentAccountId is not { } parentId)
            return;
        if (parentId == current?.Id)
            issues.Add("hierarchy", "parentAccountId", "must be another account");
        else if ((await related.FindAsync<Account>(parentId))?.ParentAccountId is not null)
            issues.Add("hierarchy", "parentAccountId", "must be an account that has no parent");
        if (current is not null
            && (await related.ListAsync<Account>(Condition.Equal("parent_account_id", current.Id))).Count > 0)
            issues.Add("hierarchy", "parentAccountId", "must be omitted because the account has children");
        var siblings = await related.ListAsync<Account>(Condition.Equal("parent_account_id", parentId));
        if (siblings.Count(sibling => sibling.Id != current?.Id) >= MaxChildren)
            issues.Add("hierarchy", "parentAccountId", $"already has {MaxChildren} children, the maximum");
    }
}
