
namespace Tallystick.Access.Permissions;

/// <summary>The entities of the matching types that a pattern refers to.</summary>
public enum PatternScope
{
    /// <summary>All entities, and the type itself.</summary>
    Any,

    /// <summary>One entity.</summary>
    Item,

    /// <summary>The entities of one resource group, or of any.</summary>
    Group,
}

/// <summary>
/// The resources of a statement: <c>service:type</c>, <c>service:type/item/id</c> or <c>service:type/group/id</c>. A
/// <c>*</c> in service and type matches any sequence of characters.
/// </summary>
/// <param name="Type">Service and type in lowercase, with wildcards.</param>
/// <param name="Scope">Which entities of the type.</param>
/// <param name="Id">The entity or group; <c>*</c> for any group; empty for all entities.</param>
public sealed record ResourcePattern(string Type, PatternScope Scope, string Id)
{
    /// <summary>The rule for resources, for messages.</summary>
    public const string Rule = "must be * or a resource such as config:meter, config:*, config:plan/item/{id} or "
        + "config:plan/group/{id}, with at most 200 characters and two wildcards";

    /// <summary>
    /// Maximum number of wildcards in service and type; each multiplies the time to compare patterns.
    /// </summary>
    public const int MaxWildcards = 2;

    /// <summary>Any group.</summary>
    public const string Anything = "*";

    private const int Max = 200;

    /// <summary>All resources.</summary>
    public static ResourcePattern Everything { get; } = new(Anything, PatternScope.Any, "");

    /// <summary>Parses a pattern; case-insensitive.</summary>
    public static bool TryRead(string text, out ResourcePattern pattern)
    {
        var folded = text.ToLowerInvariant();
        var slash = folded.IndexOf('/', StringComparison.Ordinal);
        var type = slash < 0 ? folded : folded[..slash];
        pattern = new ResourcePattern(type, PatternScope.Any, "");
        if (text.Length > Max || !IsType(type))
            return false;
        if (slash < 0)
            return true;
        switch (folded[(slash + 1)..].Split('/'))
        {
            case [Anything] or ["item", Anything]:
                return true;
            case ["item", var id] when IsId(id):
                pattern = pattern with { Scope = PatternScope.Item, Id = id };
                return true;
            case ["group", var id] when id == Anything || IsId(id):
                pattern = pattern with { Scope = PatternScope.Group, Id = id };
                return true;
            default:
                return false;
        }
    }

    /// <summary>Wildcards in service and type.</summary>
    public int Wildcards => Type.Count(character => character == '*');

    /// <summary>True if the pattern matches the type, such as <c>config:meter</c>.</summary>
    public bool IsOfType(string type) => Wildcard.Matches(Type, type);

    /// <summary>True if this pattern covers everything that the other one matches. False if uncertain.</summary>
    public bool Covers(ResourcePattern other) =>
        Wildcard.Matches(Type, other.Type)
        && (Scope == PatternScope.Any
            || (Scope == other.Scope && (Id == other.Id || (Scope == PatternScope.Group && Id == Anything))));

    /// <summary>True if both patterns may match the same resource. True if uncertain.</summary>
    public bool Meets(ResourcePattern other) =>
        Wildcard.Meet(Type, other.Type)
        && !(Scope == PatternScope.Item && other.Scope == PatternScope.Item && Id != other.Id);

    /// <inheritdoc/>
    public override string ToString() =>
        Scope == PatternScope.Any ? Type : $"{Type}/{Scope.ToString().ToLowerInvariant()}/{Id}";

    private static bool IsType(string type)
    {
        var isWild = type.Contains('*', StringComparison.Ordinal);
        var parts = type.Split(':');
        return parts.All(part => part.Length > 0 && part.All(IsOfName)) && parts.Length <= 2
            && (parts.Length == 2 || isWild);
    }

    private static bool IsOfName(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '*' or '-' or '_' or '.';

    private static bool IsId(string id) =>
        id.Length > 0 && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
