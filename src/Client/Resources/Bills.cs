using System.Text;

namespace Tallystick.Client;

public sealed partial class BillsClient
{
    /// <summary>Explains a bill as a text that people can read.</summary>
    /// <remarks>Requires the permission <c>config:retrieve</c> on <c>billing:bill</c>.</remarks>
    /// <param name="id">UUID of the bill.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    [ApiOperation("ExplainBill")]
    public async Task<string> ExplainAsTextAsync(string id, CancellationToken cancellationToken = default)
    {
        var request = ApiRequest.Get($"bills/{id}/explain").With("format", "text");
        return Encoding.UTF8.GetString(await _api.GetBytesAsync(request, cancellationToken).ConfigureAwait(false));
    }
}
