using System.Globalization;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>
/// Runs searches. A query consists of clauses <c>name comparator value</c> joined by <c>$</c>, with the comparators
/// <c>:</c> (equal), <c>~</c> (begins with), <c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c> and <c>&lt;=</c>. Pages by offset.
/// </summary>
internal sealed class ResourceSearches(IDocumentStore store, ResourceService resources)
{
    private const int DefaultPageSize = 10;
    private const int MaximumPageSize = 100;

    // SQL engines refuse expressions that are nested too deeply.
    private const int MaxClauses = 100;

    private static readonly (string Text, Comparison Comparison)[] Comparators =
    [
        (">=", Comparison.GreaterOrEqual),
        ("<=", Comparison.LessOrEqual),
        (">", Comparison.Greater),
        ("<", Comparison.Less),
        (":", Comparison.Equal),
        ("~", Comparison.StartsWith),
    ];

    /// <summary>The query parameters of a search.</summary>
    internal static IReadOnlyList<ApiParameter> Parameters(ResourceDefinition definition) =>
    [
        new("searchQuery", "Clauses of name, operator (`:` `~` `>` `>=` `<` `<=`) and value, separated by `$`. Names: "
            + string.Join(", ", definition.Search.Keys) + ". " + InstantText.ZoneRule, new TextShape()),
        new("fromDocument", "Number of matches to skip.", new NumberShape(32)),
        new("pageSize", "Maximum number of entities to return. Default: 10.", new NumberShape(
            32, AtLeast: 1, AtMost: MaximumPageSize)),
        new("operator", "Whether all clauses must match (AND, the default) or any (OR).", new TextShape(
            Choices: ["AND", "OR"])),
        new("sortBy", "The name to sort by. Default: dtCreated.", new TextShape()),
        new("sortOrder", "Sort direction. Default: DESC.", new TextShape(Choices: ["ASC", "DESC"])),
    ];

    /// <summary>Writes a page of the matches.</summary>
    internal async Task AnswerAsync(ApiCall call, ResourceDefinition definition)
    {
        var issues = new Issues();
        var request = call.Http.Request;
        var pageSize = ResourceLists.PageSize(request, MaximumPageSize, issues, DefaultPageSize);
        var from = From(request, issues);
        var where = Where(request, definition, await resources.ZoneAsync(call), issues);
        var sortBy = SortBy(request, definition, issues);
        var isAscending = Choice(request, "sortOrder", "ASC", "DESC", issues) is "ASC";
        issues.ThrowIfAny();
        var found = await store.QueryAsync(
            definition.DocumentKind,
            call.OrganizationId,
            new DocumentQuery
            {
                Where = Condition.And([.. new[] { where, call.Visible }.OfType<Condition>()]),
                SortBy = sortBy,
                IsAscending = isAscending,
                Offset = from,
                Limit = pageSize + 1
            },
            call.Cancelled);
        var next = found.Count > pageSize ? (from + pageSize).ToString(CultureInfo.InvariantCulture) : null;
        await JsonAnswer.WritePageAsync(call.Http, [.. found.Take(pageSize).Select(document => document.Json)], next);
    }

    private static int From(HttpRequest request, Issues issues)
    {
        if (QueryText.Single(request, "fromDocument") is not { } text)
            return 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var from))
            return from;
        issues.Add("range", "fromDocument", "must be an integer of at least 0");
        return 0;
    }

    private static string? SortBy(HttpRequest request, ResourceDefinition definition, Issues issues)
    {
        if (QueryText.Single(request, "sortBy") is not { } name)
            return null;
        if (definition.Search.TryGetValue(name, out var column))
            return column;
        issues.Add("unknown_value", "sortBy", $"must be one of {string.Join(", ", definition.Search.Keys)}");
        return null;
    }

    private static string? Choice(HttpRequest request, string parameter, string first, string second, Issues issues)
    {
        var text = QueryText.Single(request, parameter);
        if (text is null || text == first || text == second)
            return text;
        issues.Add("unknown_value", parameter, $"must be {first} or {second}");
        return null;
    }

    private static Condition? Where(
        HttpRequest request, ResourceDefinition definition, DateTimeZone zone, Issues issues)
    {
        var isAny = Choice(request, "operator", "AND", "OR", issues) is "OR";
        if (QueryText.Single(request, "searchQuery") is not { } query)
            return null;
        var texts = query.Split('$');
        if (texts.Length > MaxClauses)
        {
            issues.Add("count", "searchQuery", $"must have at most {MaxClauses} clauses");
            return null;
        }
        var clauses = texts.Select(text => Clause(text, definition, zone, issues)).OfType<Condition>().ToList();
        return isAny ? Condition.Or(clauses) : Condition.And(clauses);
    }

    private static bool IsDate(ResourceDefinition definition, string member) =>
        definition.Shape.Members.Any(candidate => candidate.Name == member && candidate.Shape is DateShape);

    private static Condition? Clause(
        string clause, ResourceDefinition definition, DateTimeZone zone, Issues issues)
    {
        var end = clause.IndexOfAny([':', '~', '<', '>']);
        var name = end < 0 ? clause : clause[..end];
        if (end < 0 || !definition.Search.TryGetValue(name, out var column))
        {
            issues.Add("search", "searchQuery", $"has the invalid clause '{clause}'. A clause is one of "
                + $"{string.Join(", ", definition.Search.Keys)} followed by : ~ > >= < or <= and a value");
            return null;
        }
        var (text, comparison) = Comparators.First(comparator => clause.AsSpan(end).StartsWith(comparator.Text));
        var value = clause[(end + text.Length)..];
        if (definition.References.Any(reference => reference.IsMany && reference.Column == column))
        {
            if (comparison != Comparison.Equal)
                issues.Add("search", "searchQuery", $"has the clause '{clause}', but {name} supports only ':'");
            return Condition.Or([.. value.Split(',').Select(one => Condition.Has(column, one))]);
        }
        if (IsDate(definition, name) && comparison != Comparison.StartsWith && !InstantText.TryParseDate(value, out _))
            issues.Add("date", "searchQuery", $"has the clause '{clause}', whose value {DateShape.Rule}");
        if (name is "ids" or "codes" && comparison == Comparison.Equal)
            return new Condition.In(column, value.Split(','));
        // A prefix of a time is text such as 2026-03. All other comparisons require a complete time.
        if (!name.StartsWith("dt", StringComparison.Ordinal) || comparison == Comparison.StartsWith)
            return new Condition.Compare(column, comparison, value);
        if (InstantText.TryParse(value, zone, out var instant))
            return new Condition.Compare(column, comparison, InstantText.Sortable(instant));
        issues.Add("date_time", "searchQuery", $"has the clause '{clause}', whose value {InstantText.Rule}");
        return null;
    }
}
