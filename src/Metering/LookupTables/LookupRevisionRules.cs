using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>Rules of revisions beyond their shape (metering reference 11.2).</summary>
internal static class LookupRevisionRules
{
    internal static void Check(LookupTableRevision revision, Issues issues)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, field) in revision.Fields.Index())
        {
            if (field.Name is null)
                issues.Add("required", $"fields[{index}].name", "is required");
            else if (!names.Add(field.Name))
                issues.Add("duplicate", $"fields[{index}].name", $"'{field.Name}' is already the name of another "
                    + "field");
        }
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, key) in revision.Keys.Index())
        {
            if (!names.Contains(key))
                issues.Add("unknown_field", $"keys[{index}]", $"must name a field; '{key}' is not a field");
            else if (!keys.Add(key))
                issues.Add("duplicate", $"keys[{index}]", $"contains '{key}' twice");
        }
        if (keys.Count == revision.Fields.Count)
            issues.Add("count", "keys", "must leave at least one field that is not a key");
    }

    internal static async ValueTask CheckAgainstAsync(
        LookupTableRevision revision, LookupTableRevision? current, IResourceReader related, Issues issues)
    {
        // The table may have been deleted since the path was checked.
        if (await related.FindAsync<LookupTable>(revision.LookupTableId) is null)
            issues.AddUnknownReference("lookupTableId", "lookup table", revision.LookupTableId);
        if (current is null || LookupTableRevision.HaveSameSchema(revision, current))
            return;
        if (current.Status != LookupTableRevisionStatus.Draft)
            issues.Add("immutable", "fields", "and keys can change only while the revision is a draft");
        else if (await related.FindAsync<LookupTableData>(revision.Id) is { ItemCount: > 0 })
            issues.Add("immutable", "fields", "cannot be changed, nor can keys, while the revision has data; delete "
                + "the data first, or create a new revision");
    }

    internal static ValueTask CheckDelete(LookupTableRevision revision, IResourceReader related, Issues issues)
    {
        if (revision.Status == LookupTableRevisionStatus.Published)
            issues.Add(
                "published", "", "The lookup table revision is published and cannot be deleted; archive it first");
        return ValueTask.CompletedTask;
    }
}
