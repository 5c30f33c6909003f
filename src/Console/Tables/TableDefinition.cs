using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Tables;

/// <summary>A filter above a table.</summary>
/// <param name="Name">Its name in the address.</param>
/// <param name="Label">Its label.</param>
public sealed record TableFilter(string Name, string Label)
{
    /// <summary>The value of <see cref="None"/>.</summary>
    internal const string NoneValue = "none";

    /// <summary>The values to choose from; null for a text.</summary>
    public IReadOnlyList<string>? Options { get; init; }

    /// <summary>The kind of entity to choose from; null for none.</summary>
    public ReferenceKind? Reference { get; init; }

    /// <summary>What no choice is called.</summary>
    public string Any { get; init; } = "Any";

    /// <summary>What those are called that refer to none, such as "Global"; null if all refer to one.</summary>
    public string? None { get; init; }

    /// <summary>Whether it is a date.</summary>
    public bool IsDate { get; init; }
}

/// <summary>What a table asks of the API.</summary>
/// <param name="Api">The API.</param>
/// <param name="Values">Values of filters that have one.</param>
/// <param name="PageSize">Maximum number of rows per page.</param>
public sealed record TableQuery(OrganizationApi Api, IReadOnlyDictionary<string, string> Values, int PageSize)
{
    /// <summary>The value of a filter; null if it has none.</summary>
    public string? this[string filter] => Values.GetValueOrDefault(filter);

    /// <summary>The value of a filter as a list of one; null if it has none.</summary>
    public IReadOnlyList<string>? List(string filter) => this[filter] switch
    {
        null => null,
        // The API selects what refers to none by an empty value.
        TableFilter.NoneValue => [""],
        var value => [value],
    };
}

/// <summary>A table: where its rows come from and how they are shown and exported.</summary>
/// <typeparam name="T">The type of the rows.</typeparam>
public sealed record TableDefinition<T> : ITable
{
    /// <summary>Its name in addresses and in what a browser remembers.</summary>
    public required string Name { get; init; }

    /// <summary>The operation that it reads, such as <c>GET products</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Reads rows.</summary>
    public required Func<TableQuery, PagedList<T>> Load { get; init; }

    /// <summary>Its columns.</summary>
    public required Columns<T> Columns { get; init; }

    /// <summary>The key of a row.</summary>
    public required Func<T, string> Key { get; init; }

    /// <summary>The page of a row, as a path below the organization; null for none.</summary>
    public Func<T, string>? Page { get; init; }

    /// <summary>Its filters.</summary>
    public IReadOnlyList<TableFilter> Filters { get; init; } = [];

    /// <inheritdoc/>
    public async Task ExportAsync(
        OrganizationApi api, IReadOnlyDictionary<string, string> values, Func<IEnumerable<string?>, Task> write)
    {
        // The maximum of most lists of the API.
        const int PageSize = 100;
        var list = Load(new TableQuery(api, values, PageSize));
        // Before anything is written: a filter that the API refuses is a page that says so.
        var page = await list.GetPageAsync(null, api.Cancelled);
        var scene = new RowScene(await api.ZoneAsync(), api.Names);
        await write(Columns.Select(column => column.Title));
        while (true)
        {
            await ReadNamesAsync(api, page.Data, scene.Names);
            foreach (var row in page.Data)
                await write(Columns.Select(column => column.Text(row, scene)));
            if (page.NextToken is null)
                return;
            page = await list.GetPageAsync(page.NextToken, api.Cancelled);
        }
    }

    internal async Task ReadNamesAsync(OrganizationApi api, IReadOnlyList<T> rows, NameBook names)
    {
        foreach (var column in Columns)
        {
            if (column is { Reference: { } kind, ReferenceId: { } id })
                await names.ReadAsync(api, kind, rows.Select(id));
        }
    }
}

/// <summary>A table that can be exported.</summary>
public interface ITable
{
    /// <summary>Its name in addresses.</summary>
    string Name { get; }

    /// <summary>The operation that it reads.</summary>
    string Operation { get; }

    /// <summary>Writes all rows that match, the headings first.</summary>
    Task ExportAsync(
        OrganizationApi api, IReadOnlyDictionary<string, string> values, Func<IEnumerable<string?>, Task> write);
}
