using System.Text.Json;

namespace Tallystick.Client;

public sealed partial class UsersClient
{
    /// <summary>Sends a user a temporary password.</summary>
    /// <remarks>
    /// The password works for one sign-in within 30 days, at which the user must choose a new one. Requires the
    /// permission <c>config:update</c> on <c>config:orgUser</c>.
    /// </remarks>
    /// <param name="id">UUID of the user.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The password, if the server has no mail server and the user belongs to no other organization.</returns>
    [ApiOperation("AdminResendTempPass")]
    public async Task<string?> ResendTemporaryPasswordAsync(
        string id, CancellationToken cancellationToken = default)
    {
        // Each request makes another password.
        var request = ApiRequest.Put($"users/{id}/password/resend").Repeatable(false);
        var body = await _api.GetBytesAsync(request, cancellationToken).ConfigureAwait(false);
        if (body.Length == 0)
            return null;
        using var json = JsonDocument.Parse(body);
        return json.RootElement.ValueKind == JsonValueKind.Object
            && json.RootElement.TryGetProperty("temporaryPassword", out var password) ? password.GetString() : null;
    }
}
