using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Installation;

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
    internal static Task<byte[]> ProvideAsync(IDocumentStore documents, CancellationToken cancellationToken)
    {
        // Made outside of the work, which may run twice.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        return documents.TransactAsync(
            AccessKeyResource.Installation,
            async transaction =>
            {
                var found = await transaction.QueryAsync(
                    InstallationId.Kind, AccessKeyResource.Installation, new DocumentQuery { Limit = 1 },
                    cancellationToken);
                if (found.Count == 0)
                    throw new InvalidOperationException("The installation has no id yet.");
                if (Read(found[0]) is { } secret)
                    return secret;
                var json = Encoding.UTF8.GetBytes($$"""{"{{Member}}":"{{Convert.ToBase64String(made)}}"}""");
                await transaction.UpdateAsync(
                    InstallationId.Kind, AccessKeyResource.Installation, found[0].Version,
                    new DocumentWrite(found[0].Id, found[0].Version + 1, json, []), cancellationToken);
                return made;
            },
            cancellationToken);
    }

    private static byte[]? Read(Document document)
    {
        using var json = JsonDocument.Parse(document.Json);
        return json.RootElement.TryGetProperty(Member, out var secret) ? secret.GetBytesFromBase64() : null;
    }
}
