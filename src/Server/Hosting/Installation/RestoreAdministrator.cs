using NodaTime;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Restores access to an organization that nobody can administer any more: a command line option adds a service user
/// with all permissions. Requires access to the data directory. The change creates events.
/// </summary>
internal static class RestoreAdministrator
{
    /// <summary>The option, followed by the UUID of the organization if there are several.</summary>
    internal const string Option = "--restore-administrator";

    private const string Principal = "OPERATOR";
    private const string Name = "Administrator restored by the operator";

    /// <summary>Parses the command line into the requested organization and the other arguments.</summary>
    internal static (string? OrganizationId, string[] Others) Read(string[] args)
    {
        var at = Array.IndexOf(args, Option);
        var hasId = at + 1 < args.Length && !args[at + 1].StartsWith("--", StringComparison.Ordinal);
        return (hasId ? args[at + 1] : null, [.. args[..at], .. args[(at + (hasId ? 2 : 1))..]]);
    }

    /// <summary>Checks that the organization is unambiguous, before anything is written.</summary>
    /// <param name="documents">The stored documents.</param>
    /// <param name="organizationId">The requested organization; null for the only one.</param>
    /// <exception cref="StoreUnavailableException">The organization is ambiguous or does not exist.</exception>
    internal static async Task RequireOrganizationAsync(IDocumentReader documents, string? organizationId)
    {
        var listed = await Organizations.IdsAsync(AllKinds.Catalog, documents, CancellationToken.None);
        var unlisted = await Organizations.UnlistedAsync(AllKinds.Catalog, documents, CancellationToken.None);
        Choose([.. listed, .. unlisted], organizationId);
    }

    /// <summary>Adds the service user with an access key and prints its credentials once.</summary>
    /// <exception cref="StoreUnavailableException">The organization is ambiguous or does not exist.</exception>
    internal static async Task RunAsync(IDocumentStore store, IClock clock, string? organizationId, TextWriter output)
    {
        var resources = Machinery.NewService(store, clock);
        var bootstrap = new Bootstrap(store, resources);
        await bootstrap.ListOrganizationsAsync(CancellationToken.None);
        var organizations = await Organizations.IdsAsync(AllKinds.Catalog, store, CancellationToken.None);
        var chosen = Choose(organizations, organizationId);
        var administrators = new Administrators(resources);
        await administrators.RenewManagedPoliciesAsync(chosen, CancellationToken.None);
        var serviceUser = await administrators.AddAsync(chosen, Principal, Name, CancellationToken.None);
        var made = await bootstrap.AddKeyAsync(
            new BootstrapSettings(null, null, null), chosen, serviceUser.Id, CancellationToken.None);
        await output.WriteLineAsync($"""
            The organization has a new administrator, the service user '{serviceUser.Id}'. Its credentials are shown
            only now:

            export TALLYSTICK_ORG_ID={made.OrganizationId}
            export TALLYSTICK_ACCESS_KEY_ID={made.AccessKeyId}
            export TALLYSTICK_API_SECRET={made.ApiSecret}
            """);
    }

    private static string Choose(IReadOnlyList<string> organizations, string? asked) => (organizations, asked) switch
    {
        ([], _) => throw NoOrganization(),
        ([var only], null) => only,
        (_, null) => throw new StoreUnavailableException(
            $"There are several organizations. Specify one: {Option} ID, where ID is one of "
            + string.Join(", ", organizations)),
        _ => organizations.FirstOrDefault(id => string.Equals(id, asked, StringComparison.OrdinalIgnoreCase))
            ?? throw new StoreUnavailableException(
                $"The organization '{asked}' does not exist. Existing organizations: "
                    + $"{string.Join(", ", organizations)}"),
    };

    private static StoreUnavailableException NoOrganization() => new(
        "There is no organization. Set TALLYSTICK_DATA and TALLYSTICK_POSTGRES as for the server. Starting the server "
        + $"for the first time, without {Option}, creates an organization.");
}
