using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Events;

/// <summary>The query of a list of events.</summary>
internal sealed record EventRequest
{
    internal const int MaximumPageSize = 100;

    private const int MaxIds = 200;

    private static readonly string[] Categories =
        ["Notification", "IntegrationEvent", IngestFailureEvents.Category, "DataExportJobFailure"];

    private static readonly string[] FiltersOfNotifications = ["notificationId", "notificationCode"];

    private static readonly string[] Filters =
        ["eventName", "eventType", "accountId", "resourceId", "includeActioned", .. FiltersOfNotifications];

    /// <summary>Maximum number of events on a page.</summary>
    public required int PageSize { get; init; }

    /// <summary>Only events with these ids; null for all.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary>Only events with this name; null for all.</summary>
    public string? EventName { get; init; }

    /// <summary>Only events of this category; null for all.</summary>
    public string? Category { get; init; }

    /// <summary>Only events of this account; null for all.</summary>
    public string? AccountId { get; init; }

    /// <summary>Only events of this resource; null for all.</summary>
    public string? ResourceId { get; init; }

    /// <summary>Whether only events that triggered a certain notification are requested.</summary>
    public bool IsOfNotification { get; init; }

    /// <summary>Whether to include events that were marked as actioned.</summary>
    public bool IncludesActioned { get; init; } = true;

    /// <exception cref="RefusedException">The query has faults.</exception>
    internal static EventRequest Read(HttpRequest request)
    {
        var issues = new Issues();
        var pageSize = ResourceLists.PageSize(request, MaximumPageSize, issues);
        var ids = QueryText.List(request, "ids") is { } given && given is not [""] ? given : null;
        if (ids?.Count > MaxIds)
            issues.Add("count", "ids", $"must have at most {MaxIds} values");
        if (ids is not null && Filters.FirstOrDefault(name => QueryText.Single(request, name) is not null) is { } other)
            issues.Add("contradiction", "ids", $"cannot be used with other filters, such as {other}");
        var category = QueryText.Single(request, "eventType");
        if (category is not null && !Categories.Contains(category))
            issues.Add("unknown_value", "eventType", $"must be one of {string.Join(", ", Categories)}");
        var includesActioned = true;
        if (QueryText.Single(request, "includeActioned") is { } text && !bool.TryParse(text, out includesActioned))
            issues.Add("type", "includeActioned", "must be true or false");
        issues.ThrowIfAny();
        return new EventRequest
        {
            PageSize = pageSize,
            Ids = ids,
            EventName = QueryText.Single(request, "eventName"),
            Category = category,
            AccountId = QueryText.Single(request, "accountId"),
            ResourceId = QueryText.Single(request, "resourceId"),
            IsOfNotification = FiltersOfNotifications.Any(name => QueryText.Single(request, name) is not null),
            IncludesActioned = includesActioned,
        };
    }
}
