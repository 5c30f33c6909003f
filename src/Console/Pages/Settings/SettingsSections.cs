using Tallystick.Console.Layout;

namespace Tallystick.Console.Pages.Settings;

/// <summary>The pages of the settings, by group.</summary>
internal static class SettingsSections
{
    // Requires no permission: everybody sees the page.
    private const string Anybody = "GET users/me";

    internal static IReadOnlyList<Section> All { get; } =
    [
        new("Organization",
            new("Organization Details", "settings/organization", Anybody),
            new("Configuration", "settings/configuration", "GET organizationconfig"),
            new("Bill lock", "settings/bill-lock", "GET billconfig"),
            new("Invoices", "settings/invoices", "GET invoicesettings"),
            new("Currencies", "settings/currencies", "GET picklists/currency"),
            new("Credit reasons", "settings/credit-reasons", "GET picklists/creditreasons"),
            new("Debit reasons", "settings/debit-reasons", "GET picklists/debitreasons"),
            new("Transaction types", "settings/transaction-types", "GET picklists/transactiontypes"),
            new("Bill grouping keys", "settings/bill-grouping-keys", "GET picklists/billgroupingkeys"),
            new("Custom fields", "settings/custom-fields", "GET customfields")),
        new("Access",
            new("Users", "settings/users", "GET users"),
            new("Service users", "settings/service-users", "GET serviceusers"),
            new("User groups", "settings/user-groups", "GET resourcegroups/{type}"),
            new("Invitations", "settings/invitations", "GET invitations"),
            new("Support access", "settings/support-access", "GET support"),
            new("Permission policies", "settings/permission-policies", "GET permissionpolicies")),
        new("Audit trail", new SectionPage("Audit trail", "settings/audit-trail", "GET events")),
        new("Your account",
            new("Security", "settings/security", Anybody),
            new("Sessions", "settings/sessions", Anybody)),
    ];
}
