namespace Tallystick.Server.Permissions;

/// <summary>The policies that every organization has. Their ids are the same everywhere.</summary>
internal static class ManagedPolicies
{
    /// <summary>May do everything.</summary>
    internal static PermissionPolicy Administrator { get; } = New(1, "Administrator", Allow(["all"], ["*"]));

    private static readonly string[] Reading =
        ["config:retrieve", "analytics:query", "measurements:retrieve", "exports:download", "audit:retrieve"];

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<PermissionPolicy> All { get; } =
    [
        Administrator,
        New(2, "ReadOnly", Allow(Reading, ["*"])),
        New(3, "IngestOnly", Allow(["measurements:upload", "measurements:fileupload"], ["*"])),
        New(4, "Finance",
            Allow([.. Reading, "config:export", "measurements:export"], ["*"]),
            Allow(["config:create", "config:update", "config:delete"],
            [
                "billing:*", "config:bill*", "config:balance*", "config:commitment*", "config:credit*",
                "config:debit*", "config:statement*", "config:transactionType",
            ])),
    ];

    private static PermissionPolicy New(
        int number, string name, params IReadOnlyList<PermissionStatement> statements) =>
        new()
        {
            Id = $"00000000-0000-4000-8000-{number:D12}",
            Name = name,
            Statements = statements,
            ManagedPolicy = true,
        };

    private static PermissionStatement Allow(IReadOnlyList<string> actions, IReadOnlyList<string> resources) =>
        new() { Effect = "allow", Action = actions, Resource = resources };
}
