using System.Collections.Frozen;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Permissions;

/// <summary>How far a permission of a principal goes.</summary>
/// <param name="IsWhole">True when it holds for the whole type, except for what is denied.</param>
/// <param name="Allowed">Ids of the entities that it holds for besides; null when no policy names any.</param>
/// <param name="Denied">Ids of the entities that it never holds for.</param>
public sealed record Reach(bool IsWhole, FrozenSet<string>? Allowed, FrozenSet<string> Denied)
{
    /// <summary>It does not hold at all.</summary>
    public static Reach None { get; } = new(false, null, []);

    /// <summary>True when it does not hold. One for a group holds, though the group may be empty.</summary>
    public bool IsNone => !IsWhole && Allowed is null;

    /// <summary>True when it holds for the entity.</summary>
    public bool Holds(string id) => (IsWhole || Allowed?.Contains(id) == true) && !Denied.Contains(id);

    /// <summary>Selects the entities that it holds for; null when those are all.</summary>
    /// <param name="column">The column that has the id.</param>
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
