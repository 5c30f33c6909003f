using System.Text.RegularExpressions;

namespace Tallystick.Resources.Files;

/// <summary>
/// The name of a file: <c>kind/organizationId/id</c>, where the id may have several parts. The server makes keys; text
/// of a user is never part of one. They are lower case, so that no engine can confuse two of them.
/// </summary>
public sealed partial record FileKey
{
    /// <summary>Characters that a key may have.</summary>
    public const int MaxLength = 200;

    private const int MaxParts = 8;

    private FileKey(string text, string[] parts)
    {
        Text = text;
        (Kind, OrganizationId) = (parts[0], parts[1]);
    }

    /// <summary>What the file is for, such as <c>lookup-uploads</c>.</summary>
    public string Kind { get; }

    /// <summary>UUID of the organization that it belongs to.</summary>
    public string OrganizationId { get; }

    /// <summary>What distinguishes it from others of its kind and organization.</summary>
    public string Id => Text[(Kind.Length + OrganizationId.Length + 2)..];

    /// <summary>The whole key.</summary>
    public string Text { get; }

    /// <summary>The key of a file.</summary>
    /// <exception cref="ArgumentException">A part cannot be used.</exception>
    public static FileKey Of(string kind, string organizationId, string id) =>
        TryParse($"{kind}/{organizationId}/{id}")
            ?? throw new ArgumentException($"'{kind}/{organizationId}/{id}' cannot be the key of a file.", nameof(id));

    /// <summary>Reads a key; null when the text is none.</summary>
    public static FileKey? TryParse(string text)
    {
        if (text.Length > MaxLength)
            return null;
        var parts = text.Split('/');
        return parts.Length is >= 3 and <= MaxParts && parts.All(IsPart) ? new FileKey(text, parts) : null;
    }

    /// <summary>True for text that can stand between two slashes of a key.</summary>
    internal static bool IsPart(string text) => Part().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // No dot in front: that would be a hidden file, the folder itself, or the one above it.
    [GeneratedRegex(@"\A[a-z0-9_-][a-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}

/// <summary>The keys of one kind and organization that begin in one way.</summary>
public sealed record FilePrefix
{
    /// <summary>The prefix of the keys.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="organizationId">Their organization.</param>
    /// <param name="start">How their ids begin; empty for all.</param>
    /// <exception cref="ArgumentException">A part cannot be used.</exception>
    public FilePrefix(string kind, string organizationId, string start = "")
    {
        if (!FileKey.IsPart(kind) || !FileKey.IsPart(organizationId))
            throw new ArgumentException($"'{kind}/{organizationId}' cannot be the beginning of a key.", nameof(kind));
        (Kind, OrganizationId, Text) = (kind, organizationId, $"{kind}/{organizationId}/{start}");
    }

    /// <summary>Their kind.</summary>
    public string Kind { get; }

    /// <summary>Their organization.</summary>
    public string OrganizationId { get; }

    /// <summary>What they begin with.</summary>
    public string Text { get; }
}
