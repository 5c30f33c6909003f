using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Definitions;

/// <summary>A text column derived from an entity, for filters, search, sorting and unique keys.</summary>
/// <param name="Name">Column name: lowercase letters and underscores.</param>
public abstract record Column(string Name)
{
    /// <summary>Whether values must be unique in an organization.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Whether the column is indexed, which slows down changes.</summary>
    public bool IsIndexed { get; init; } = true;

    /// <summary>Whether the column has few distinct values, such as a status or a currency.</summary>
    public bool HasFewValues { get; init; }
}

/// <summary>A column of <typeparamref name="T"/>.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Value">Its value; null if the entity has none.</param>
public sealed record Column<T>(string Name, Func<T, string?> Value) : Column(Name);

/// <summary>A member that refers to another entity.</summary>
/// <param name="Member">The member's name in JSON.</param>
/// <param name="Kind">The kind of the entity.</param>
/// <param name="TargetColumn">
/// The column of that kind by which it refers: <c>id</c>, or <c>code</c> for currencies.
/// </param>
public abstract record ReferenceTarget(string Member, string Kind, string TargetColumn)
{
    /// <summary>
    /// True if the member can refer to several entities; the column then contains all of them as entries.
    /// </summary>
    public bool IsMany { get; init; }

    /// <summary>The column of the reference.</summary>
    public string Column => JsonNamingPolicy.SnakeCaseLower.ConvertName(Member);
}

/// <summary>A member of <typeparamref name="T"/> that refers to another entity.</summary>
public sealed record Reference<T>(string Member, string Kind, Func<T, string?> Value, string TargetColumn = "id")
    : ReferenceTarget(Member, Kind, TargetColumn)
{
    /// <summary>The paths and values of references in a list.</summary>
    public Func<T, IEnumerable<(string Path, string Value)>>? Each { get; private init; }

    /// <summary>Members that each refer to an entity by id.</summary>
    /// <param name="member">Their collective name, which determines the column.</param>
    /// <param name="kind">The kind of the entities.</param>
    /// <param name="each">Their paths, such as <c>productIds[0]</c>, and values.</param>
    public static Reference<T> Many(
        string member, string kind, Func<T, IEnumerable<(string Path, string Value)>> each) =>
        new(member, kind, entity => Entries.Write([.. each(entity).Select(named => named.Value)]))
        {
            IsMany = true,
            Each = each,
        };

    /// <summary>Members of a list of ids.</summary>
    public static Reference<T> Many(string member, string kind, Func<T, IReadOnlyList<string>?> ids) =>
        Many(member, kind, entity => (ids(entity) ?? []).Select((id, index) => ($"{member}[{index}]", id)));

    /// <summary>
    /// Called before the referenced entity changes. Returns what is incompatible in its new state; all other changes
    /// are allowed.
    /// </summary>
    public Func<T, TargetChange, IEnumerable<Issue>>? RefuseChange { get; init; }
}

/// <summary>The parent entity in the path of a kind.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Parameter">The path parameter with its id, such as <c>balanceId</c>.</param>
/// <param name="Column">The column of the child kind with its id.</param>
public abstract record ParentTarget(string Kind, string Parameter, string Column);

/// <summary>The parent entity in the path of <typeparamref name="T"/>.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Parameter">The path parameter with its id.</param>
/// <param name="Column">The column of the child kind with its id.</param>
/// <param name="Into">Sets the parent of a child entity.</param>
public sealed record Parent<T>(
    string Kind, string Parameter, string Column, Func<T, string, T> Into)
    : ParentTarget(Kind, Parameter, Column);

/// <summary>A change of an entity that others refer to.</summary>
/// <param name="Current">As stored.</param>
/// <param name="Proposed">The new state.</param>
public sealed record TargetChange(Resource Current, Resource Proposed);

/// <summary>A member for a feature that is not supported yet.</summary>
/// <param name="Member">The member's name in JSON.</param>
/// <param name="What">The feature, in the plural.</param>
/// <param name="IsGiven">Whether the entity uses it.</param>
public sealed record NotYet<T>(string Member, string What, Func<T, bool> IsGiven);

/// <summary>How a filter interprets its parameter.</summary>
public enum FilterKind
{
    /// <summary>Equal to one value.</summary>
    One,

    /// <summary>
    /// One of several values, comma-separated or repeated; an empty value selects entities without one.
    /// </summary>
    Many,
}

/// <summary>A query parameter of a list.</summary>
/// <param name="Parameter">Its name.</param>
/// <param name="Description">What it selects, for the API document.</param>
public abstract record ListFilter(string Parameter, string Description)
{
    /// <summary>Compares a column with the given values.</summary>
    public sealed record ByColumn(string Parameter, string Description, FilterKind Kind, string Column)
        : ListFilter(Parameter, Description)
    {
        /// <summary>The shape of one value.</summary>
        public JsonShape Shape { get; init; } = new TextShape();
    }

    /// <summary>A parameter used only by a <see cref="Custom"/> filter.</summary>
    /// <param name="Parameter">Its name.</param>
    /// <param name="Description">What it selects, for the API document.</param>
    /// <param name="Shape">The shape of its value.</param>
    public sealed record Part(string Parameter, string Description, JsonShape Shape)
        : ListFilter(Parameter, Description);

    /// <summary>Combines several parameters; has no parameter of its own.</summary>
    /// <param name="Decide">Returns the condition for the given parameters.</param>
    public sealed record Custom(Func<ListParameters, IResourceReader, ValueTask<Condition?>> Decide)
        : ListFilter("", "");

    /// <summary>Equal to one value.</summary>
    public static ListFilter One(string parameter, string column, string description) =>
        new ByColumn(parameter, description, FilterKind.One, column);

    /// <summary>One of several values.</summary>
    public static ListFilter Many(string parameter, string column, string description) =>
        new ByColumn(parameter, description, FilterKind.Many, column);
}

/// <summary>The parameters of one list request.</summary>
/// <param name="Values">The values of a parameter, comma-separated or repeated; null if it is absent.</param>
/// <param name="Now">The time of the request.</param>
/// <param name="Zone">The organization's time zone, for dates and date-times without an offset.</param>
/// <param name="Issues">Receives the issues.</param>
public sealed record ListParameters(
    Func<string, IReadOnlyList<string>?> Values,
    NodaTime.Instant Now,
    NodaTime.DateTimeZone Zone,
    Issues Issues)
{
    /// <summary>The single value of a parameter; null if it is absent or empty.</summary>
    public string? Text(string parameter)
    {
        var values = Values(parameter);
        if (values is { Count: > 1 })
            Issues.Add("count", parameter, "must be given exactly once");
        return values is [{ Length: > 0 } text] ? text : null;
    }

    /// <summary>
    /// The column equals one of the parameter's values, or is missing if a value is empty; null if the parameter is
    /// absent.
    /// </summary>
    public Condition? AnyOf(string parameter, string column)
    {
        if (Values(parameter) is not { } values)
            return null;
        var among = new Condition.In(column, [.. values.Where(value => value.Length > 0)]);
        return values.Contains("") ? Condition.Or(among, new Condition.Missing(column)) : among;
    }

    /// <summary>The value of a Boolean parameter.</summary>
    public bool? Flag(string parameter)
    {
        var text = Text(parameter);
        if (text is null)
            return null;
        if (bool.TryParse(text, out var flag))
            return flag;
        Issues.Add("type", parameter, "must be true or false");
        return null;
    }

    /// <summary>
    /// The value of a date or date-time parameter, in the organization's time zone unless it has an offset, as sortable
    /// text.
    /// </summary>
    public string? SortableInstant(string parameter)
    {
        var text = Text(parameter);
        if (text is null)
            return null;
        if (InstantText.TryParse(text, Zone, out var instant))
            return InstantText.Sortable(instant);
        Issues.Add("date_time", parameter, "must be a date such as 2026-03-01 or an ISO 8601 date-time");
        return null;
    }

    /// <summary>Compares a date column with a date parameter; always true if it is absent.</summary>
    public Condition Dated(string parameter, string column, Comparison comparison)
    {
        if (Text(parameter) is not { } text)
            return Condition.And();
        if (!InstantText.TryParseDate(text, out _))
            Issues.Add("date", parameter, DateShape.Rule);
        return new Condition.Compare(column, comparison, text);
    }
}

/// <summary>Entities that are deleted with their owner.</summary>
/// <param name="Kind">Their kind.</param>
/// <param name="Column">Their column with the UUID of the owner.</param>
public sealed record ResourcePart(string Kind, string Column);

/// <summary>An effect of a write on another kind.</summary>
/// <param name="Kind">The other kind, of which entities are created.</param>
/// <param name="UpdatedItem">The path parameter with the id of the entity, if one is updated instead.</param>
public sealed record WriteEffect(string Kind, string? UpdatedItem = null);

/// <summary>The context of a response.</summary>
/// <param name="Related">Reads other entities.</param>
/// <param name="Additional">The members requested by <c>additional</c>.</param>
public sealed record ResourceView(IResourceReader Related, IReadOnlyList<string> Additional);

/// <summary>Reads other entities of the same organization.</summary>
public interface IResourceReader
{
    /// <summary>The entity with the id, or null.</summary>
    ValueTask<T?> FindAsync<T>(string? id) where T : Resource;

    /// <summary>All entities that match, or the newest <paramref name="limit"/> of them, newest first.</summary>
    ValueTask<IReadOnlyList<T>> ListAsync<T>(Condition condition, int? limit = null) where T : Resource;

    /// <summary>A page of entities in order of creation, or newest first.</summary>
    /// <param name="condition">Filter; null for all.</param>
    /// <param name="limit">Maximum number.</param>
    /// <param name="after">Only entities created after this position.</param>
    /// <param name="before">Only entities created before this position, newest first.</param>
    /// <returns>The entities, each with its position.</returns>
    ValueTask<IReadOnlyList<(T Entity, long Place)>> PageAsync<T>(
        Condition? condition, int limit, long? after = null, long? before = null) where T : Resource;
}
