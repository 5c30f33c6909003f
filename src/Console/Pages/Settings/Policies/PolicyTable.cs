using System.Globalization;
using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Settings.Policies;

/// <summary>The table and the form of permission policies.</summary>
internal static class PolicyTable
{
    internal static TableDefinition<PermissionPolicy> Definition { get; } = new()
    {
        Name = "permission-policies",
        Operation = "GET permissionpolicies",
        Load = query => query.Api.Client.PermissionPolicies.ListAsync(query.PageSize),
        Key = policy => policy.Id,
        Page = policy => $"settings/permission-policies/{policy.Id}",
        Columns = new Columns<PermissionPolicy>()
            .Text("Name", policy => policy.Name)
            .Text("Type", policy => policy.ManagedPolicy == true ? "Managed" : "Custom")
            .Quantity("Statements", policy => policy.PermissionPolicyValue.Count)
            .Text("In words", policy => string.Join(' ', policy.PermissionPolicyValue.Select(one => StatementWords.Of(
                one.Effect.Value, one.Action.Select(action => action.Value), one.Resource)))).Extra()
            .Time("Last modified", policy => policy.DtLastModified)
            .Code("Id", policy => policy.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("name", "Name") { IsRequired = true, MaxLength = 200 },
        Statements("permissionPolicy", isRequired: true),
    ];

    /// <summary>Statements, as a member of an entity.</summary>
    internal static FormField Statements(string path, bool isRequired) => new(path, "Statements", InputKind.Rows)
    {
        IsRequired = isRequired,
        RowName = "statement",
        Hint = "Whatever no statement allows is refused. A statement that denies always wins.",
        Fields =
        [
            new("effect", "Effect", InputKind.Choice)
            {
                IsRequired = true,
                Default = "ALLOW",
                Options = [new("ALLOW", "Allow"), new("DENY", "Deny")],
            },
            new("resource", "Resources", InputKind.Texts)
            {
                IsRequired = true,
                Hint = "Separated by commas: * for everything, config:meter for meters, billing:* for all of billing.",
            },
            new("action", "Actions", InputKind.Choices)
            {
                Options = [.. StatementWords.Actions.Select(action => new Option(action.Name, action.Words))],
            },
        ],
    };

    /// <summary>How many statements there are: "2 statements".</summary>
    internal static string Count(int statements) => string.Create(
        CultureInfo.InvariantCulture, $"{statements} {(statements == 1 ? "statement" : "statements")}");
}
