using System.Text.RegularExpressions;

namespace Tallystick.Resources.Files;

/// <summary>
/// The name of a file: <c>kind/organizationId/id</c>, where the id may have several parts. The server generates keys;
/// they never contain user input. They are lowercase because some engines are case-insensitive.
/// </summary>
public sealed partial record FileKey
{
    /// <summary>Maximum length of a key in characters.</summary>
    public const int MaxLength = 200;

    private const int MaxParts = 8;

    private FileKey(string text, string[] parts)
    {
        Text = text;
        (Kind, OrganizationId) = (parts[0], parts[1]);
    }

    /// <summary>The purpose of the file, such as <c>lookup-uploads</c>.</summary>
    public string Kind { get; }

    /// <summary>UUID of the organization that it belongs to.</summary>
    public string OrganizationId { get; }

    /// <summary>Identifies the file within its kind and organization.</summary>
    public string Id => Text[(Kind.Length + OrganizationId.Length + 2)..];

    /// <summary>The whole key.</summary>
    public string Text { get; }

    /// <summary>The key of a file.</summary>
    /// <exception cref="ArgumentException">A part is invalid.</exception>
    public static FileKey Of(string kind, string organizationId, string id) =>
        TryParse($"{kind}/{organizationId}/{id}")
            ?? throw new ArgumentException($"'{kind}/{organizationId}/{id}' is not a valid file key.", nameof(id));

    /// <summary>Parses a key; null if the text is not a key.</summary>
    public static FileKey? TryParse(string text)
    {
        if (text.Length > MaxLength)
            return null;
        var parts = text.Split('/');
        return parts.Length is >= 3 and <= MaxParts && parts.All(IsPart) ? new FileKey(text, parts) : null;
    }

    /// <summary>True for a valid part of a key.</summary>
    internal static bool IsPart(string text) => Part().IsMatch(text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    // No leading dot, which would be a hidden file, the folder itself, or its parent.
    [GeneratedRegex(@"\A[a-z0-9_-][a-z0-9._-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}

/// <summary>A prefix of keys of one kind and organization.</summary>
public sealed record FilePrefix
{
    /// <summary>The prefix of the keys.</summary>
    /// <param name="kind">Their kind.</param>
    /// <param name="organizationId">Their organization.</param>
    /// <param name="start">The prefix of their ids; empty for all.</param>
    /// <exception cref="ArgumentException">A part is invalid.</exception>
    public FilePrefix(string kind, string organizationId, string start = "")
    {
        if (!FileKey.IsPart(kind) || !FileKey.IsPart(organizationId))
            throw new ArgumentException($"'{kind}/{organizationId}' is not a valid file key prefix.", nameof(kind));
        (Kind, OrganizationId, Text) = (kind, organizationId, $"{kind}/{organizationId}/{start}");
    }

    /// <summary>Their kind.</summary>
    public string Kind { get; }

    /// <summary>Their organization.</summary>
    public string OrganizationId { get; }

    /// <summary>The prefix.</summary>
    public string Text { get; }
}
