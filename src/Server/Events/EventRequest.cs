using Tallystick.Foundation.Values;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Events;

/// <summary>The query of a list of events.</summary>
/// <param name="PageSize">Most events on a page.</param>
/// <param name="Ids">Only these; null for all.</param>
/// <param name="AccountId">Only those of this account; null for all.</param>
/// <param name="IncludesActioned">False leaves those out that were followed up.</param>
/// <param name="IsForOthers">True when a filter lets none of the events pass that we have.</param>
internal sealed record EventRequest(
    int PageSize, IReadOnlyList<string>? Ids, string? AccountId, bool IncludesActioned, bool IsForOthers)
{
    internal const int MaximumPageSize = 100;

    private const int MostIds = 200;

    private static readonly string[] Categories =
        ["Notification", "IntegrationEvent", IngestFailureEvents.Category, "DataExportJobFailure"];

    // Events of failed measurements have neither a resource nor a notification.
    private static readonly string[] FiltersOfOthers = ["resourceId", "notificationId", "notificationCode"];

    private static readonly string[] Filters =
        ["eventName", "eventType", "accountId", "includeActioned", .. FiltersOfOthers];

    /// <exception cref="RefusedException">The query has faults.</exception>
    internal static EventRequest Read(HttpRequest request)
    {
        var issues = new Issues();
        var pageSize = ListRequest.PageSize(request, MaximumPageSize, issues);
        var ids = QueryText.List(request, "ids") is { } given && given is not [""] ? given : null;
        if (ids?.Count > MostIds)
            issues.Add("count", "ids", $"must have at most {MostIds} values");
        if (ids is not null && Filters.FirstOrDefault(name => QueryText.Single(request, name) is not null) is { } other)
            issues.Add("contradiction", "ids", $"cannot be used with other filters, such as {other}");
        var category = QueryText.Single(request, "eventType");
        if (category is not null && !Categories.Contains(category))
            issues.Add("unknown_value", "eventType", $"must be one of {string.Join(", ", Categories)}");
        var includesActioned = true;
        if (QueryText.Single(request, "includeActioned") is { } text && !bool.TryParse(text, out includesActioned))
            issues.Add("type", "includeActioned", "must be true or false");
        issues.ThrowIfAny();
        var isForOthers = (category ?? IngestFailureEvents.Category) != IngestFailureEvents.Category
            || (QueryText.Single(request, "eventName") ?? IngestFailureEvents.Name) != IngestFailureEvents.Name
            || FiltersOfOthers.Any(name => QueryText.Single(request, name) is not null);
        return new EventRequest(pageSize, ids, QueryText.Single(request, "accountId"), includesActioned, isForOthers);
    }
}
