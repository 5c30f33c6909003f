using System.Collections.Frozen;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Resources that policies may call by more than one name. Names are folded to one when rules are read, so that a deny
/// of one name cannot be passed by another.
/// </summary>
public static class ResourceNames
{
    private static readonly FrozenDictionary<string, string> ByOther = new Dictionary<string, string>
    {
        ["billing:bill"] = "config:bill",
        ["billing:billjob"] = "config:billjob",
        ["config:orguser"] = "config:user",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The one name of a resource that its rules are compared by, in lower case.</summary>
    public static string Canonical(string name)
    {
        var folded = name.ToLowerInvariant();
        return ByOther.GetValueOrDefault(folded, folded);
    }

    /// <summary>
    /// The patterns of canonical names that stand for one as written: a wildcard that matches another name of a
    /// resource is about the resource, too.
    /// </summary>
    public static IEnumerable<ResourcePattern> Canonical(ResourcePattern written)
    {
        if (!written.Type.Contains('*', StringComparison.Ordinal))
            return [written with { Type = Canonical(written.Type) }];
        return ByOther
            .Where(name => Wildcard.Matches(written.Type, name.Key) && !Wildcard.Matches(written.Type, name.Value))
            .Select(name => written with { Type = name.Value })
            .Prepend(written);
    }
}
