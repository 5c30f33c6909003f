using System.Collections.Frozen;

namespace Tallystick.Access.Permissions;

/// <summary>
/// Resources with more than one name in policies. Rules use one canonical name, so that a deny of one name cannot be
/// bypassed with another.
/// </summary>
public static class ResourceNames
{
    private static readonly FrozenDictionary<string, string> ByOther = new Dictionary<string, string>
    {
        ["billing:bill"] = "config:bill",
        ["billing:billjob"] = "config:billjob",
        ["billing:statementjob"] = "config:statementjob",
        ["config:orguser"] = "config:user",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The canonical name of a resource, in lowercase.</summary>
    public static string Canonical(string name)
    {
        var folded = name.ToLowerInvariant();
        return ByOther.GetValueOrDefault(folded, folded);
    }

    /// <summary>
    /// The canonical patterns of a pattern as written: a wildcard that matches any name of a resource applies to the
    /// resource.
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
