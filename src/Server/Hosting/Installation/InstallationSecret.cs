using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// A secret shared by all processes of an installation. It is stored in the document of the installation id (<see
/// cref="InstallationId"/>). Installations of earlier versions get one at their next start.
/// </summary>
internal static class InstallationSecret
{
    private const int Bytes = 32;
    private const string Member = "secret";

    /// <summary>The secret; created if there is none.</summary>
    /// <exception cref="InvalidOperationException">The installation has no id yet.</exception>
    internal static Task<byte[]> ProvideAsync(ResourceService resources, CancellationToken cancellationToken)
    {
        // Generated outside of the change, because the change may run twice.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        return resources.ChangeAsync(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
            {
                var found = await change.Related.ListDocumentsAsync(InstallationId.Kind);
                if (found.Count == 0)
                    throw new InvalidOperationException("The installation has no id yet.");
                if (Read(found[0].Json) is { } secret)
                    return secret;
                var json = Encoding.UTF8.GetBytes($$"""{"{{Member}}":"{{Convert.ToBase64String(made)}}"}""");
                await change.PutDocumentAsync(InstallationId.Kind, found[0].Id, json);
                return made;
            });
    }

    private static byte[]? Read(ReadOnlyMemory<byte> stored)
    {
        using var json = JsonDocument.Parse(stored);
        return json.RootElement.TryGetProperty(Member, out var secret) ? secret.GetBytesFromBase64() : null;
    }
}
