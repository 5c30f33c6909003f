namespace Tallystick.Client;

/// <summary>
/// A list of the API. Enumerate it with <c>await foreach</c>, which requests page after page, or request single pages.
/// Each enumeration starts anew.
/// </summary>
/// <typeparam name="T">The type of the entities.</typeparam>
public sealed class PagedList<T> : IAsyncEnumerable<T>
{
    private readonly Func<string?, CancellationToken, Task<Page<T>>> _read;
    private readonly CancellationToken _cancellation;

    internal PagedList(
        Func<string?, CancellationToken, Task<Page<T>>> read, CancellationToken cancellationToken)
    {
        _read = read;
        _cancellation = cancellationToken;
    }

    /// <summary>Requests one page.</summary>
    /// <param name="nextToken">The token of the previous page. Null for the first page.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<Page<T>> GetPageAsync(string? nextToken = null, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, cancellationToken);
        var page = await _read(nextToken, either.Token).ConfigureAwait(false);
        return page.NextToken is { Length: 0 } ? page with { NextToken = null } : page;
    }

    /// <summary>Requests all pages.</summary>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public async Task<IReadOnlyList<T>> ToListAsync(CancellationToken cancellationToken = default)
    {
        var all = new List<T>();
        await foreach (var item in this.WithCancellation(cancellationToken).ConfigureAwait(false))
            all.Add(item);
        return all;
    }

    /// <inheritdoc />
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        string? token = null;
        do
        {
            var page = await GetPageAsync(token, cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Data)
                yield return item;
            token = page.NextToken;
        }
        while (token is not null);
    }
}
