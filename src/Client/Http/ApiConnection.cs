using System.Globalization;
using System.Text.Json;

namespace Tallystick.Client;

/// <summary>Sends requests to one organization.</summary>
internal sealed record ApiConnection(ApiTransport Transport, string? OrganizationId)
{
    private const int SearchPageSize = 100;

    internal async Task SendAsync(ApiRequest request, CancellationToken cancellationToken) =>
        await SendAsync(request, null, null, cancellationToken).ConfigureAwait(false);

    internal async Task<T> SendAsync<T>(ApiRequest request, CancellationToken cancellationToken) =>
        Read<T>(await SendAsync(request, null, null, cancellationToken).ConfigureAwait(false));

    internal Task<byte[]> GetBytesAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, null, null, cancellationToken);

    /// <summary>A list whose pages are linked by tokens.</summary>
    internal PagedList<T> List<T>(ApiRequest request, CancellationToken cancellationToken) => new(
        async (token, cancellation) => Read<Page<T>>(
            await SendAsync(request, "nextToken", token, cancellation).ConfigureAwait(false)),
        cancellationToken);

    /// <summary>A list whose pages begin after a number of matches, which stands in for the token.</summary>
    internal PagedList<T> Search<T>(ApiRequest request, int? pageSize, CancellationToken cancellationToken)
    {
        var size = pageSize ?? SearchPageSize;
        request.With("pageSize", size);
        return new(ReadAsync, cancellationToken);

        async Task<Page<T>> ReadAsync(string? token, CancellationToken cancellation)
        {
            var page = Read<Page<T>>(
                await SendAsync(request, "fromDocument", token, cancellation).ConfigureAwait(false));
            var next = (token is null ? 0 : int.Parse(token, CultureInfo.InvariantCulture)) + page.Data.Count;
            return page with
            {
                NextToken = page.Data.Count < size ? null : next.ToString(CultureInfo.InvariantCulture),
            };
        }
    }

    private Task<byte[]> SendAsync(
        ApiRequest request, string? name, string? value, CancellationToken cancellationToken) =>
        Transport.SendAsync(request, request.Address(OrganizationId, name, value), cancellationToken);

    private static T Read<T>(byte[] body)
    {
        try
        {
            return ClientJson.Deserialize<T>(body) ?? throw new TallystickException("The API answered null.");
        }
        catch (JsonException unexpected)
        {
            throw new TallystickException("The API answered something else than expected.", unexpected);
        }
    }
}
