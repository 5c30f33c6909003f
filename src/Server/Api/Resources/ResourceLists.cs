using System.Globalization;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Resources;

/// <summary>Reads the query of a list request and writes its page.</summary>
internal sealed class ResourceLists(IDocumentStore store, ResourceService resources, ResourceViews views)
{
    private const int MaxValues = 200;

    /// <summary>Writes one page of the kind, newest first.</summary>
    /// <param name="call">The request.</param>
    /// <param name="definition">The kind.</param>
    /// <param name="within">A condition that the path sets; null for none.</param>
    /// <param name="maximumPageSize">Maximum number of entities on a page.</param>
    /// <param name="view">Converts a stored entity to the response; null to return it as stored.</param>
    /// <param name="viewPage">Converts the entities of the page together instead.</param>
    internal async Task AnswerAsync(
        ApiCall call,
        ResourceDefinition definition,
        Condition? within = null,
        int? maximumPageSize = null,
        Func<Document, ReadOnlyMemory<byte>>? view = null,
        Func<IReadOnlyList<Document>, ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>>>? viewPage = null)
    {
        var issues = new Issues();
        var request = call.Http.Request;
        var pageSize = PageSize(request, maximumPageSize ?? definition.MaximumPageSize, issues);
        var where = await WhereAsync(call, definition, within, issues);
        var isAscending = IsAscending(request, definition, issues);
        issues.ThrowIfAny();
        var parent = definition.ParentTarget is { } target ? call.Route(target.Parameter) : "";
        var list = $"{definition.Kind}|{call.OrganizationId}|{parent}|{isAscending}";
        var token = QueryText.Single(request, "nextToken");
        var query = new DocumentQuery { Where = where, Limit = pageSize + 1 };
        var page = await store.QueryAsync(
            definition.DocumentKind,
            call.OrganizationId,
            isAscending is null
                ? query with { BeforeSequence = PageToken.Read(list, token) }
                : query with
                {
                    SortBy = definition.SortedBy,
                    IsAscending = isAscending.Value,
                    After = PageToken.ReadSorted(list, token),
                },
            call.Cancelled);
        var next = page.Count <= pageSize ? null
            : isAscending is null ? PageToken.Write(list, page[pageSize - 1].Sequence)
            : PageToken.Write(list, KeyOf(definition, page[pageSize - 1]));
        var items = viewPage is null
            ? [.. page.Take(pageSize).Select(document => view?.Invoke(document) ?? document.Json)]
            : await viewPage([.. page.Take(pageSize)]);
        await JsonAnswer.WritePageAsync(call.Http, await views.ShowAsync(call, definition, items), next);
    }

    private static PageKey KeyOf(ResourceDefinition definition, Document document)
    {
        var column = definition.Columns.Index().First(column => column.Item.Name == definition.SortedBy).Index;
        return new PageKey(
            definition.ReadColumns(definition.Read(document.Json.Span))[column], document.Sequence);
    }

    /// <summary>The requested page size, or the default.</summary>
    internal static int PageSize(HttpRequest request, int maximum, Issues issues, int? otherwise = null)
    {
        if (QueryText.Single(request, "pageSize") is not { } text)
            return otherwise ?? maximum;
        if (int.TryParse(
            text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= 1 && size <= maximum)
            return size;
        issues.Add("range", "pageSize", $"must be an integer from 1 to {maximum}");
        return maximum;
    }

    // Null for the order by time of creation, in which pages continue by sequence number.
    private static bool? IsAscending(HttpRequest request, ResourceDefinition definition, Issues issues)
    {
        if (definition.SortedBy is null || QueryText.Single(request, "sortOrder") is not { } order)
            return null;
        if (order is not ("ASC" or "DESC"))
            issues.Add("unknown_value", "sortOrder", "must be ASC or DESC");
        return order == "ASC";
    }

    private async ValueTask<Condition> WhereAsync(
        ApiCall call, ResourceDefinition definition, Condition? within, Issues issues)
    {
        var conditions = new List<Condition>();
        if (within is not null)
            conditions.Add(within);
        if (call.Visible is { } visible)
            conditions.Add(visible);
        var related = resources.Reader(call);
        var parameters = new ListParameters(
            name => Values(call.Http.Request, name, issues),
            call.Now,
            await resources.ZoneAsync(call),
            issues);
        if (definition.HasIdsFilter && Values(call.Http.Request, "ids", issues) is { } ids && ids is not [""])
            conditions.Add(new Condition.In("id", ids));
        foreach (var filter in definition.Filters)
        {
            var condition = filter switch
            {
                ListFilter.ByColumn { Kind: FilterKind.Many } many => parameters.AnyOf(many.Parameter, many.Column),
                ListFilter.ByColumn one => EqualTo(parameters, one),
                ListFilter.Custom odd => await odd.Decide(parameters, related),
                _ => null,
            };
            if (condition is not null)
                conditions.Add(condition);
        }
        return Condition.And(conditions);
    }

    private static Condition? EqualTo(ListParameters parameters, ListFilter.ByColumn filter)
    {
        if (parameters.Text(filter.Parameter) is not { } value)
            return null;
        if (filter.Shape is TextShape { Choices: { } choices } && !choices.Contains(value))
            parameters.Issues.Add("unknown_value", filter.Parameter, $"must be one of {string.Join(", ", choices)}");
        if (filter.Shape is TextShape text
            && (TextLength.Of(value) < text.Minimum || TextLength.Of(value) > text.Maximum))
            parameters.Issues.Add("length", filter.Parameter, text.LengthRule);
        if (filter.Shape is DateShape && !InstantText.TryParseDate(value, out _))
            parameters.Issues.Add("date", filter.Parameter, DateShape.Rule);
        return Condition.Equal(filter.Column, value);
    }

    private static IReadOnlyList<string>? Values(HttpRequest request, string name, Issues issues)
    {
        var values = QueryText.List(request, name);
        if (values is null || values.Count <= MaxValues)
            return values;
        issues.Add("count", name, $"must have at most {MaxValues} values");
        return null;
    }
}
