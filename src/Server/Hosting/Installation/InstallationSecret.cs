using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// A secret that all processes of an installation share and nobody else knows. It stands in the document with the id of
/// the installation (<see cref="InstallationId"/>); installations of versions before get one at their next start.
/// </summary>
internal static class InstallationSecret
{
    private const int Bytes = 32;
    private const string Member = "secret";

    /// <summary>The secret, which is made where there is none.</summary>
    /// <exception cref="InvalidOperationException">The installation has no id yet.</exception>
    internal static Task<byte[]> ProvideAsync(ResourceService resources, CancellationToken cancellationToken)
    {
        // Made outside of the work, which may run twice.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        return resources.ChangeAsync(
            AccessKeyResource.Installation, InstallationId.Principal, cancellationToken, async change =>
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
