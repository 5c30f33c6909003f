namespace Tallystick.Client;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">The type of the entities.</typeparam>
public sealed record Page<T>
{
    /// <summary>The entities on the page.</summary>
    public IReadOnlyList<T> Data { get; init; } = [];

    /// <summary>Token to request the next page. Null on the last page.</summary>
    public string? NextToken { get; init; }
}
