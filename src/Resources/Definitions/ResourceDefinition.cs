using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Resources.Definitions;

/// <summary>
/// Everything specific to one kind of resource: its model, columns, filters, references and rules. The framework
/// provides create, read, update, delete, list, concurrency, audit, storage and its part of the API document.
/// </summary>
public abstract class ResourceDefinition
{
    private protected ResourceDefinition(string kind, string path, Type model)
    {
        Kind = kind;
        Path = path;
        Tag = kind;
        Model = model;
        Shape = JsonShapes.Of(model) with { Name = kind };
    }

    /// <summary>Name of the kind in the API, such as <c>PlanTemplate</c>.</summary>
    public string Kind { get; }

    /// <summary>Path below the organization, such as <c>plantemplates</c>.</summary>
    public string Path { get; }

    /// <summary>The tag of its operations in the API document. Default: the kind.</summary>
    public string Tag { get; init; }

    /// <summary>The kind in words, such as <c>plan template</c>.</summary>
    public string Words => InWords(Kind);

    /// <summary>The plural of the kind in words, such as <c>plan templates</c>.</summary>
    public string PluralWords => InWords(Plural);

    /// <summary>Plural of the kind, such as <c>PermissionPolicies</c>.</summary>
    public string Plural => Kind is [.., not ('a' or 'e' or 'i' or 'o' or 'u'), 'y'] ? $"{Kind[..^1]}ies" : $"{Kind}s";

    /// <summary>
    /// Name of the events of its changes, before <c>.created</c>, <c>.updated</c> and <c>.deleted</c> (Events); null
    /// for a kind that has none.
    /// </summary>
    public string? EventName
    {
        get => field ?? (IsInternal ? null : $"configuration.{Kind.ToLowerInvariant()}");
        init;
    }

    /// <summary>Name of its table.</summary>
    public string Table => JsonNamingPolicy.SnakeCaseLower.ConvertName(Kind);

    /// <summary>Its kind in the document store.</summary>
    public DocumentKind DocumentKind => field ??= new(
        Table,
        [.. Columns.Select(column =>
            new DocumentColumn(column.Name, column.IsUnique, column.IsIndexed, column.HasFewValues))],
        json => ReadColumns(Read(json.Span)));

    /// <summary>The record that models it.</summary>
    public Type Model { get; }

    /// <summary>The shape of its JSON.</summary>
    public ObjectShape Shape { get; }

    /// <summary>Maximum and default page size of its list.</summary>
    public int MaximumPageSize { get; init; } = 100;

    /// <summary>
    /// False if the m3ter contract does not describe the audit fields, which are returned nevertheless.
    /// </summary>
    public bool DescribesAudit { get; init; } = true;

    /// <summary>
    /// True if an organization has exactly one, which can be read and updated but not created or deleted.
    /// </summary>
    public bool IsSingleton { get; init; }

    /// <summary>True for a singleton without required members, which is created empty on first access.</summary>
    public bool IsCreatedOnAccess { get; init; }

    /// <summary>True if only the server writes it: it has no operations.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The parent entity in its path; null for none.</summary>
    public abstract ParentTarget? ParentTarget { get; }

    /// <summary>False if its list has no filter <c>ids</c>.</summary>
    public bool HasIdsFilter { get; init; } = true;

    /// <summary>
    /// Column by which its list can be sorted, in the direction of <c>sortOrder</c>; null for newest first only.
    /// </summary>
    public string? SortedBy { get; init; }

    /// <summary>Filters of its list, in addition to <c>ids</c>.</summary>
    public IReadOnlyList<ListFilter> Filters { get; init; } = [];

    /// <summary>Names of searchable columns; empty if there is no search.</summary>
    public IReadOnlyDictionary<string, string> Search { get; init; } = new Dictionary<string, string>();

    /// <summary>What is deleted together with an entity.</summary>
    public IReadOnlyList<ResourcePart> Parts { get; init; } = [];

    /// <summary>
    /// Column with the UUID of the entity, of any kind, that an entity is about and is removed with; null for none.
    /// </summary>
    public string? OwnerColumn { get; init; }

    /// <summary>True if entities define permissions: their changes are checked and run one at a time.</summary>
    public bool DefinesPermissions { get; init; }

    /// <summary>True for a change that may revoke access and must be checked.</summary>
    /// <param name="current">The current state; null on create.</param>
    /// <param name="proposed">The new state; null on delete.</param>
    public abstract bool MayRevokeAccess(Resource? current, Resource? proposed);

    /// <summary>
    /// Names of the resource in policies, such as <c>config:planTemplate</c>; messages use the first one.
    /// </summary>
    public IReadOnlyList<string> PolicyNames
    {
        get => field ?? [$"config:{JsonNamingPolicy.CamelCase.ConvertName(Kind)}"];
        init;
    }

    /// <summary>
    /// The member with the id of the entity whose permissions apply to this one, such as its balance; null if its own
    /// apply.
    /// </summary>
    public string? PermittedBy { get; init; }

    /// <summary>Effects of a write on other kinds, for which the caller also needs permissions.</summary>
    public IReadOnlyList<WriteEffect> Effects { get; init; } = [];

    /// <summary>Members that are returned only if requested by the parameter <c>additional</c>.</summary>
    public IReadOnlyList<string> Additional { get; init; } = [];

    /// <summary>True if responses contain more than is stored.</summary>
    public abstract bool IsShownWithMore { get; }

    /// <summary>Its columns.</summary>
    public abstract IReadOnlyList<Column> Columns { get; }

    /// <summary>Its references to other kinds.</summary>
    public abstract IReadOnlyList<ReferenceTarget> References { get; }

    /// <summary>The entity with its parent set.</summary>
    public abstract Resource Into(Resource resource, string parentId);

    private static string InWords(string name) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(name).Replace('_', ' ');

    /// <summary>Reads a stored document or the plain form of a request.</summary>
    public abstract Resource Read(ReadOnlySpan<byte> json);

    /// <summary>Writes the JSON that is stored and returned.</summary>
    public abstract byte[] Write(Resource resource);

    /// <summary>The values of its columns, in their order.</summary>
    public abstract IReadOnlyList<string?> ReadColumns(Resource resource);

    /// <summary>
    /// The entity, of any kind, that an entity is about: the member that refers to it, its kind and its id; null for
    /// none.
    /// </summary>
    public abstract (string Member, string Kind, string Id)? ReadSubject(Resource resource);

    /// <summary>Changes other entities after a create or replace, within the same change.</summary>
    /// <returns>The resulting entity.</returns>
    public abstract ValueTask<Resource> AfterWriteAsync(ResourceChange change, Resource written);

    /// <summary>Path and value of the reference; empty if there is none.</summary>
    public abstract IEnumerable<(string Path, string Value)> ReadReferences(
        Resource resource, ReferenceTarget reference);

    /// <summary>True if the referrer may oppose changes of the entity.</summary>
    public abstract bool MayRefuseChange(ReferenceTarget reference);

    /// <summary>Reasons why the referrer opposes a change of the entity.</summary>
    public abstract IEnumerable<Issue> RefuseChange(Resource referrer, ReferenceTarget reference, TargetChange change);

    /// <summary>
    /// Sets values that the server determines: defaults, members copied from other entities, ids of parts.
    /// </summary>
    public abstract ValueTask<Resource> CompleteAsync(Resource proposed, Resource? current, IResourceReader related);

    /// <summary>Applies the rules of the kind.</summary>
    /// <param name="proposed">The new state.</param>
    /// <param name="current">The stored state; null on create.</param>
    /// <param name="related">Other entities of the organization.</param>
    /// <param name="issues">Receives the issues.</param>
    public abstract ValueTask CheckAsync(Resource proposed, Resource? current, IResourceReader related, Issues issues);

    /// <summary>The entities as returned, in order.</summary>
    public abstract ValueTask<IReadOnlyList<Resource>> ShowAsync(IReadOnlyList<Resource> stored, ResourceView view);

    /// <summary>Applies the rules for deletion, in addition to references.</summary>
    public abstract ValueTask CheckDeleteAsync(Resource current, IResourceReader related, Issues issues);
}

/// <summary>The definition of one kind of resource.</summary>
/// <typeparam name="T">The record that models it.</typeparam>
/// <param name="kind">Name of the kind in the API.</param>
/// <param name="path">Path below the organization.</param>
/// <param name="json">How the record is read and written; evaluated lazily because it is expensive.</param>
public sealed class ResourceDefinition<T>(string kind, string path, Func<JsonTypeInfo<T>> json)
    : ResourceDefinition(kind, path, typeof(T))
    where T : Resource
{
    /// <summary>The parent entity in its path; null for none.</summary>
    public Parent<T>? Parent { get; init; }

    /// <summary>Columns whose values must be unique in an organization.</summary>
    public IReadOnlyList<Column<T>> UniqueBy { get; init; } = [];

    /// <summary>Columns to filter, search or sort by.</summary>
    public IReadOnlyList<Column<T>> IndexedBy { get; init; } = [];

    /// <summary>Columns without an index: a search reads all entities, but changes are not slowed down.</summary>
    public IReadOnlyList<Column<T>> SearchedBy { get; init; } = [];

    /// <summary>References to other entities, which must exist and cannot be deleted while referred to.</summary>
    public IReadOnlyList<Reference<T>> Refers { get; init; } = [];

    /// <summary>
    /// The entity, of any kind, that an entity is about: the member that refers to it, its kind, its id.
    /// </summary>
    public Func<T, (string Member, string Kind, string Id)>? Subject { get; init; }

    /// <summary>Members that are not supported yet; a request with one is refused.</summary>
    public IReadOnlyList<NotYet<T>> NotYet { get; init; } = [];

    /// <summary>Rules that need only the entity.</summary>
    public Action<T, Issues>? Check { get; init; }

    /// <summary>Rules that need the stored state or other entities.</summary>
    public Func<T, T?, IResourceReader, Issues, ValueTask>? CheckAgainst { get; init; }

    /// <summary>Rules for deletion, in addition to references.</summary>
    public Func<T, IResourceReader, Issues, ValueTask>? CheckDelete { get; init; }

    /// <summary>Sets values that the server determines.</summary>
    public Func<T, T?, IResourceReader, ValueTask<T>>? Complete { get; init; }

    /// <summary>Changes other entities after a create or replace, within the same change.</summary>
    public Func<ResourceChange, T, ValueTask<T>>? AfterWrite { get; init; }

    /// <summary>Adds values to responses that are derived from other entities and not stored.</summary>
    public Func<IReadOnlyList<T>, ResourceView, ValueTask<IReadOnlyList<T>>>? Show { get; init; }

    /// <summary>
    /// Which changes, from current to new state, may revoke access. Unless set, all changes of a kind
    /// <see cref="ResourceDefinition.DefinesPermissions"/> may, and no change of any other kind.
    /// </summary>
    public Func<T?, T?, bool>? RevokesAccess { get; init; }

    /// <inheritdoc/>
    public override bool IsShownWithMore => Show is not null;

    /// <inheritdoc/>
    public override ParentTarget? ParentTarget => Parent;

    /// <inheritdoc/>
    public override IReadOnlyList<Column> Columns => All;

    /// <inheritdoc/>
    public override IReadOnlyList<ReferenceTarget> References => Refers;

    private JsonTypeInfo<T> Json => field ??= json();

    private IReadOnlyList<Column<T>> All => field ??=
    [
        .. UniqueBy.Select(column => column with { IsUnique = true }),
        .. IndexedBy,
        .. SearchedBy.Select(column => column with { IsIndexed = false }),
        .. Refers.Where(reference => !UniqueBy.Concat(IndexedBy).Any(column => column.Name == reference.Column))
            .Select(reference => new Column<T>(reference.Column, reference.Value)
            {
                HasFewValues = reference.TargetColumn != "id",
            }),
    ];

    /// <inheritdoc/>
    public override bool MayRevokeAccess(Resource? current, Resource? proposed) =>
        RevokesAccess is null ? DefinesPermissions : RevokesAccess((T?)current, (T?)proposed);

    /// <inheritdoc/>
    public override Resource Into(Resource resource, string parentId) =>
        Parent is null ? resource : Parent.Into((T)resource, parentId);

    /// <inheritdoc/>
    public override Resource Read(ReadOnlySpan<byte> utf8) => JsonSerializer.Deserialize(utf8, Json)!;

    /// <inheritdoc/>
    public override byte[] Write(Resource resource) => JsonSerializer.SerializeToUtf8Bytes((T)resource, Json);

    /// <inheritdoc/>
    public override IReadOnlyList<string?> ReadColumns(Resource resource)
    {
        var entity = (T)resource;
        return [.. All.Select(column => column.Value(entity))];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Path, string Value)> ReadReferences(
        Resource resource, ReferenceTarget reference)
    {
        var (declared, entity) = ((Reference<T>)reference, (T)resource);
        if (declared.Each is not null)
            return declared.Each(entity);
        return declared.Value(entity) is { } value ? [(reference.Member, value)] : [];
    }

    /// <inheritdoc/>
    public override async ValueTask<Resource> AfterWriteAsync(ResourceChange change, Resource written) =>
        AfterWrite is null ? written : await AfterWrite(change, (T)written);

    /// <inheritdoc/>
    public override (string Member, string Kind, string Id)? ReadSubject(Resource resource) =>
        Subject?.Invoke((T)resource);

    /// <inheritdoc/>
    public override bool MayRefuseChange(ReferenceTarget reference) =>
        ((Reference<T>)reference).RefuseChange is not null;

    /// <inheritdoc/>
    public override IEnumerable<Issue> RefuseChange(
        Resource referrer, ReferenceTarget reference, TargetChange change) =>
        ((Reference<T>)reference).RefuseChange?.Invoke((T)referrer, change) ?? [];

    /// <inheritdoc/>
    public override async ValueTask<Resource> CompleteAsync(
        Resource proposed, Resource? current, IResourceReader related) =>
        Complete is null ? proposed : await Complete((T)proposed, (T?)current, related);

    /// <inheritdoc/>
    public override async ValueTask CheckAsync(
        Resource proposed, Resource? current, IResourceReader related, Issues issues)
    {
        foreach (var member in NotYet)
        {
            if (member.IsGiven((T)proposed))
                issues.Add("not_available", member.Member, $"{member.What} are not supported yet; omit this field");
        }
        Check?.Invoke((T)proposed, issues);
        if (CheckAgainst is not null)
            await CheckAgainst((T)proposed, (T?)current, related, issues);
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<Resource>> ShowAsync(
        IReadOnlyList<Resource> stored, ResourceView view) =>
        Show is null ? stored : await Show([.. stored.Cast<T>()], view);

    /// <inheritdoc/>
    public override async ValueTask CheckDeleteAsync(Resource current, IResourceReader related, Issues issues)
    {
        if (CheckDelete is not null)
            await CheckDelete((T)current, related, issues);
    }
}
