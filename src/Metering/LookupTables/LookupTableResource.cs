using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>The definitions of lookup tables and the entities that belong to them.</summary>
public static class LookupTableResource
{
    private const string ActiveRevision = "activeRevision";
    private const string OfTable = "lookup_table_id";
    private const string OfRevision = "revision_id";
    private static readonly string[] RevisionNames = ["config:lookupTableRevision"];

    /// <summary>Lookup tables.</summary>
    public static ResourceDefinition<LookupTable> Definition { get; } =
        new("LookupTable", "lookuptables", () => MeteringJson.Format.LookupTable)
        {
            MaximumPageSize = 200,
            HasIdsFilter = false,
            UniqueBy = [new("code", table => table.Code)],
            Filters = [ListFilter.Many("codes", "code", "Only lookup tables with these codes.")],
            Parts = [new("LookupTableRevision", OfTable)],
            Additional = [ActiveRevision],
            Show = ShowAsync,
        };

    /// <summary>Their revisions.</summary>
    public static ResourceDefinition<LookupTableRevision> Revisions { get; } =
        new("LookupTableRevision", "lookuptables/{lookupTableId}/revisions",
            () => MeteringJson.Format.LookupTableRevision)
        {
            MaximumPageSize = 200,
            Parent = new(
                "LookupTable", "lookupTableId", OfTable, (revision, table) => revision with { LookupTableId = table }),
            IndexedBy =
            [
                new(OfTable, revision => revision.LookupTableId),
                new("status", revision => revision.Status is { } status ? JsonFormat.Name(status) : null)
                {
                    HasFewValues = true,
                },
            ],
            Parts =
            [
                new("LookupTableItem", OfRevision), new("LookupTableData", OfRevision),
                new("LookupTableDataJob", OfRevision),
            ],
            Complete = (revision, current, _) => ValueTask.FromResult(revision with
            {
                LookupTableId = current?.LookupTableId ?? revision.LookupTableId,
                Status = current?.Status ?? LookupTableRevisionStatus.Draft,
            }),
            Check = LookupRevisionRules.Check,
            CheckAgainst = LookupRevisionRules.CheckAgainstAsync,
            CheckDelete = LookupRevisionRules.CheckDelete,
            Show = ShowAsync,
        };

    /// <summary>Version and number of items of the data of each revision.</summary>
    public static ResourceDefinition<LookupTableData> Data { get; } =
        new("LookupTableData", "", () => MeteringJson.Format.LookupTableData)
        {
            PolicyNames = RevisionNames,
            IsInternal = true,
            EventName = "configuration.lookuptabledata",
            IndexedBy = [new(OfRevision, data => data.RevisionId)],
        };

    /// <summary>The items of their data.</summary>
    public static ResourceDefinition<LookupTableItem> Items { get; } =
        new("LookupTableItem", "", () => MeteringJson.Format.LookupTableItem)
        {
            PolicyNames = RevisionNames,
            IsInternal = true,
            IndexedBy = [new(OfRevision, item => item.RevisionId)],
        };

    /// <summary>Jobs on the data of revisions.</summary>
    public static ResourceDefinition<LookupTableDataJob> Jobs { get; } =
        new("LookupTableDataJob", "", () => MeteringJson.Format.LookupTableDataJob)
        {
            PolicyNames = RevisionNames,
            PermittedBy = "revisionId",
            IsInternal = true,
            EventName = "configuration.lookuptabledatajob",
            IndexedBy =
            [
                new(OfRevision, job => job.RevisionId),
                new("target_id", job => job.TargetId),
                new("is_running", job => job.IsRunning ? "true" : job.IsWaiting ? "waiting" : null),
            ],
        };

    /// <summary>Jobs that have work to do.</summary>
    public static Condition Running { get; } = Condition.Equal("is_running", "true");

    /// <summary>Uploads that wait for their file.</summary>
    public static Condition Waiting { get; } = Condition.Equal("is_running", "waiting");

    /// <summary>Entities of the revision.</summary>
    public static Condition Of(string revisionId) => Condition.Equal(OfRevision, revisionId);

    /// <summary>The published revisions of all tables.</summary>
    public static Condition Published { get; } =
        Condition.Equal("status", JsonFormat.Name(LookupTableRevisionStatus.Published));

    /// <summary>The published revisions of the tables.</summary>
    public static Condition PublishedOf(IReadOnlyList<string> tableIds) => Condition.And(
        new Condition.In(OfTable, tableIds), Published);

    private static async ValueTask<IReadOnlyList<LookupTable>> ShowAsync(
        IReadOnlyList<LookupTable> tables, ResourceView view)
    {
        if (!view.Additional.Contains(ActiveRevision))
            return tables;
        var published = await view.Related.ListAsync<LookupTableRevision>(
            PublishedOf([.. tables.Select(table => table.Id)]));
        var shown = (await ShowAsync(published, view)).ToDictionary(revision => revision.LookupTableId);
        return [.. tables.Select(table => table with { ActiveRevision = shown.GetValueOrDefault(table.Id) })];
    }

    private static async ValueTask<IReadOnlyList<LookupTableRevision>> ShowAsync(
        IReadOnlyList<LookupTableRevision> revisions, ResourceView view)
    {
        var data = await view.Related.ListAsync<LookupTableData>(
            new Condition.In(OfRevision, [.. revisions.Select(revision => revision.Id)]));
        var counts = data.ToDictionary(one => one.RevisionId, one => one.ItemCount);
        return
        [
            .. revisions.Select(revision => revision with { ItemCount = counts.GetValueOrDefault(revision.Id) }),
        ];
    }
}
