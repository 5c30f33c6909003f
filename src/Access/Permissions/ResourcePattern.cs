
namespace Tallystick.Access.Permissions;

/// <summary>Which entities of the matching types a pattern is about.</summary>
public enum PatternScope
{
    /// <summary>All of them, and the type itself.</summary>
    Any,

    /// <summary>One entity.</summary>
    Item,

    /// <summary>The entities of one resource group, or of any.</summary>
    Group,
}

/// <summary>
/// The resources that a statement is about: <c>service:type</c>, <c>service:type/item/id</c> or
/// <c>service:type/group/id</c>. A <c>*</c> in service and type stands for any run of characters.
/// </summary>
/// <param name="Type">Service and type in lower case, with wildcards.</param>
/// <param name="Scope">Which entities of the type.</param>
/// <param name="Id">The entity or group; <c>*</c> for any group; empty for all entities.</param>
public sealed record ResourcePattern(string Type, PatternScope Scope, string Id)
{
    /// <summary>What a resource must be, for messages.</summary>
    public const string Rule = "must be * or a resource such as config:meter, config:*, config:plan/item/{id} or "
        + "config:plan/group/{id}, with at most 200 characters and 2 wildcards";

    /// <summary>Wildcards in service and type, at most: each one multiplies the time to compare patterns.</summary>
    public const int MaxWildcards = 2;

    /// <summary>Stands for every group.</summary>
    public const string Anything = "*";

    private const int Max = 200;

    /// <summary>All there is.</summary>
    public static ResourcePattern Everything { get; } = new(Anything, PatternScope.Any, "");

    /// <summary>Reads a pattern; case does not matter.</summary>
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

    /// <summary>True when the type, such as <c>config:meter</c>, is one of the pattern's.</summary>
    public bool IsOfType(string type) => Wildcard.Matches(Type, type);

    /// <summary>True when all that the other pattern is about is this one's too. When in doubt, false.</summary>
    public bool Covers(ResourcePattern other) =>
        Wildcard.Matches(Type, other.Type)
        && (Scope == PatternScope.Any
            || (Scope == other.Scope && (Id == other.Id || (Scope == PatternScope.Group && Id == Anything))));

    /// <summary>True when there may be something that both patterns are about. When in doubt, true.</summary>
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
