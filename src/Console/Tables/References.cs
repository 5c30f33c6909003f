using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>The kinds of entities that others refer to.</summary>
public static class References
{
    private static readonly Dictionary<string, ReferenceKind> ByPath = [];

    /// <summary>Accounts.</summary>
    public static ReferenceKind Accounts { get; } = Of(
        "accounts", (api, ids) => api.Client.Accounts.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.Accounts.ListAsync(codes: codes),
        // The sign separates clauses, and no name needs it to be found.
        byStart: (api, text) => text.Replace("$", "", StringComparison.Ordinal) is { Length: > 0 } value
            ? api.Client.Accounts.SearchAsync($"name~{value}$code~{value}", @operator: "OR")
            : api.Client.Accounts.ListAsync());

    /// <summary>Products.</summary>
    public static ReferenceKind Products { get; } = Of(
        "products", (api, ids) => api.Client.Products.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code));

    /// <summary>Meters.</summary>
    public static ReferenceKind Meters { get; } = Of(
        "meters", (api, ids) => api.Client.Meters.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.Meters.ListAsync(codes: codes));

    /// <summary>Aggregations.</summary>
    public static ReferenceKind Aggregations { get; } = Of(
        "aggregations", (api, ids) => api.Client.Aggregations.ListAsync(ids: ids),
        one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.Aggregations.ListAsync(codes: codes));

    /// <summary>Compound aggregations.</summary>
    public static ReferenceKind CompoundAggregations { get; } = Of(
        "compoundaggregations", (api, ids) => api.Client.CompoundAggregations.ListAsync(ids: ids),
        one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.CompoundAggregations.ListAsync(codes: codes));

    /// <summary>Counters.</summary>
    public static ReferenceKind Counters { get; } = Of(
        "counters", (api, ids) => api.Client.Counters.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.Counters.ListAsync(codes: codes));

    /// <summary>Plan templates.</summary>
    public static ReferenceKind PlanTemplates { get; } = Of(
        "plantemplates", (api, ids) => api.Client.PlanTemplates.ListAsync(ids: ids),
        one => new(one.Id, one.Name, one.Code));

    /// <summary>Plans.</summary>
    public static ReferenceKind Plans { get; } = Of(
        "plans", (api, ids) => api.Client.Plans.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code));

    /// <summary>Plan groups.</summary>
    public static ReferenceKind PlanGroups { get; } = Of(
        "plangroups", (api, ids) => api.Client.PlanGroups.ListAsync(ids: ids),
        one => new(one.Id, one.Name, one.Code));

    /// <summary>Bills, by invoice number.</summary>
    public static ReferenceKind Bills { get; } = Of(
        "bills", (api, ids) => api.Client.Bills.ListAsync(ids: ids, excludeLineItems: true),
        one => new(one.Id, one.SequentialInvoiceNumber
            ?? $"{one.AccountCode} {Figures.Figure.Date(one.BillDate)}", one.AccountCode));

    /// <summary>Reasons of credits that are still offered.</summary>
    public static ReferenceKind CreditReasons { get; } = Of(
        "picklists/creditreasons",
        (api, ids) => api.Client.CreditReasons.ListAsync(ids: ids, archived: ids is null ? false : null),
        one => new(one.Id, one.Name, one.Code));

    /// <summary>Reasons of debits that are still offered.</summary>
    public static ReferenceKind DebitReasons { get; } = Of(
        "picklists/debitreasons",
        (api, ids) => api.Client.DebitReasons.ListAsync(ids: ids, archived: ids is null ? false : null),
        one => new(one.Id, one.Name, one.Code));

    /// <summary>Users.</summary>
    public static ReferenceKind Users { get; } = Of(
        "users", (api, ids) => api.Client.Users.ListAsync(ids: ids),
        one => new(
            one.Id, $"{one.FirstName} {one.LastName}".Trim() is { Length: > 0 } name ? name : one.Email!, one.Email),
        "settings/users");

    /// <summary>Service users.</summary>
    public static ReferenceKind ServiceUsers { get; } = Of(
        "serviceusers", (api, ids) => api.Client.ServiceUsers.ListAsync(ids: ids), one => new(one.Id, one.Name, null),
        "settings/service-users");

    /// <summary>Permission policies.</summary>
    public static ReferenceKind PermissionPolicies { get; } = Of(
        "permissionpolicies", (api, _) => api.Client.PermissionPolicies.ListAsync(), one => new(one.Id, one.Name, null),
        "settings/permission-policies");

    /// <summary>Contracts.</summary>
    public static ReferenceKind Contracts { get; } = Of(
        "contracts", (api, ids) => api.Client.Contracts.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code),
        byCode: (api, codes) => api.Client.Contracts.ListAsync(codes: codes));

    /// <summary>Balances.</summary>
    public static ReferenceKind Balances { get; } = Of(
        "balances", (api, ids) => api.Client.Balances.ListAsync(ids: ids), one => new(one.Id, one.Name, one.Code));

    /// <summary>Types of transactions that are still offered.</summary>
    public static ReferenceKind TransactionTypes { get; } = Of(
        "picklists/transactiontypes",
        (api, ids) => api.Client.TransactionTypes.ListAsync(ids: ids, archived: ids is null ? false : null),
        one => new(one.Id, one.Name, one.Code),
        "settings/transaction-types");

    /// <summary>Statement definitions.</summary>
    public static ReferenceKind StatementDefinitions { get; } = Of(
        "statementdefinitions", (api, _) => api.Client.StatementDefinitions.ListAsync(),
        one => new(one.Id, one.Name ?? one.Id, null));

    /// <summary>The kind with a path; null for none.</summary>
    internal static ReferenceKind? Find(string? path) => ByPath.GetValueOrDefault(path ?? "");

    private static ReferenceKind Of<T>(
        string path, Func<OrganizationApi, IReadOnlyList<string>?, PagedList<T>> list, Func<T, Referenced> read,
        string? pages = null, Func<OrganizationApi, IEnumerable<string>, PagedList<T>>? byCode = null,
        Func<OrganizationApi, string, PagedList<T>>? byStart = null) =>
        ByPath[path] = new(path, (api, ids) => list(api, ids).Select(read))
        {
            Pages = pages ?? path,
            ByCode = byCode is null ? null : (api, code) => byCode(api, [code]).Select(read),
            ByStart = byStart is null ? null : (api, text) => byStart(api, text).Select(read),
        };
}
