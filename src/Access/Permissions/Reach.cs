using System.Collections.Frozen;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>The reach of a permission of a principal.</summary>
/// <param name="IsWhole">True if it applies to the whole type, except denied entities.</param>
/// <param name="Allowed">Ids of further entities that it applies to; null if no policy names any.</param>
/// <param name="Denied">Ids of the entities that it never applies to.</param>
public sealed record Reach(bool IsWhole, FrozenSet<string>? Allowed, FrozenSet<string> Denied)
{
    /// <summary>No reach.</summary>
    public static Reach None { get; } = new(false, null, []);

    /// <summary>True if it applies to nothing. A permission for a group applies even if the group is empty.</summary>
    public bool IsNone => !IsWhole && Allowed is null;

    /// <summary>True if it applies to the entity.</summary>
    public bool Holds(string id) => (IsWhole || Allowed?.Contains(id) == true) && !Denied.Contains(id);

    /// <summary>Selects the entities that it applies to; null for all.</summary>
    /// <param name="column">The column with the id.</param>
    public Condition? Where(string column = "id")
    {
        var conditions = new List<Condition>();
        if (!IsWhole)
            conditions.Add(new Condition.In(column, [.. Allowed ?? []]));
        if (Denied.Count > 0)
            conditions.Add(new Condition.NotIn(column, [.. Denied]));
        return conditions.Count == 0 ? null : Condition.And(conditions);
    }
}
