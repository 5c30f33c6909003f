
namespace Tallystick.Access.Permissions;

/// <summary>
/// The policies that every organization has. Their ids are fixed, and their statements use the enumeration values of
/// the m3ter contract.
/// </summary>
internal static class ManagedPolicies
{
    /// <summary>Grants all permissions.</summary>
    public static PermissionPolicy Administrator { get; } = New(1, "Administrator", Allow(["ALL"], ["*"]));

    private static readonly string[] Reading =
        ["CONFIG_RETRIEVE", "ANALYTICS_QUERY", "MEASUREMENTS_RETRIEVE", "EXPORTS_DOWNLOAD", "AUDIT_RETRIEVE"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PermissionPolicy> All { get; } =
    [
        Administrator,
        New(2, "ReadOnly", Allow(Reading, ["*"])),
        New(3, "IngestOnly", Allow(["MEASUREMENTS_UPLOAD", "MEASUREMENTS_FILEUPLOAD"], ["*"])),
        New(4, "Finance",
            Allow([.. Reading, "CONFIG_EXPORT", "MEASUREMENTS_EXPORT"], ["*"]),
            Allow(["CONFIG_CREATE", "CONFIG_UPDATE", "CONFIG_DELETE"],
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
        new() { Effect = "ALLOW", Action = actions, Resource = resources };
}
