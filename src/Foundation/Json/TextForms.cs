using System.Globalization;
using System.Text;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>
/// Checks the forms of text. The patterns in the m3ter contract are Java regular expressions, which .NET interprets
/// differently, so they are checked in code.
/// </summary>
public static class TextForms
{
    /// <summary>The pattern in the m3ter contract for <see cref="TextForm.Code"/>.</summary>
    public const string CodePattern =
        @"^([^[\p{Cntrl}\s]])|([^[\p{Cntrl}\s]][[^[\p{Cntrl}\s]] ]*[^[\p{Cntrl}\s]])$";

    /// <summary>The pattern in the m3ter contract for <see cref="TextForm.Identifier"/>.</summary>
    public const string IdentifierPattern = @"^[\p{L}_$][\p{L}_$0-9]*$";

    /// <summary>The pattern in the m3ter contract for <see cref="TextForm.Id"/>.</summary>
    public const string IdPattern = "^[a-zA-Z0-9-]*$";

    /// <summary>The pattern in the API document for a form; null for none.</summary>
    public static string? Pattern(TextForm form) => form switch
    {
        TextForm.Code => CodePattern,
        TextForm.Identifier => IdentifierPattern,
        TextForm.Id => IdPattern,
        TextForm.Any or TextForm.Email or TextForm.Url => null,
    };

    /// <summary>Null when <paramref name="text"/> has the form, otherwise the rule that it must follow.</summary>
    public static string? Fault(TextForm form, string text) => form switch
    {
        TextForm.Any or TextForm.Url => null,
        TextForm.Code => IsCode(text)
            ? null
            : "must be printable text without leading or trailing spaces, line breaks, tabs or control characters",
        TextForm.Identifier => IsIdentifier(text)
            ? null
            : "must start with a letter, '_' or '$' and contain only letters, digits, '_' and '$'",
        TextForm.Id => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? null
            : "must contain only letters, digits and hyphens",
        TextForm.Email => IsEmail(text) ? null : "must be an e-mail address such as billing@example.com",
    };

    /// <summary>Not empty, no ASCII control character, no white space but inner spaces.</summary>
    public static bool IsCode(string text)
    {
        if (text.Length == 0 || text[0] == ' ' || text[^1] == ' ')
            return false;
        foreach (var c in text)
        {
            if (c < ' ' || c == '\u007f')
                return false;
        }
        return true;
    }

    /// <summary>A letter of any script, <c>_</c> or <c>$</c>, then those and ASCII digits.</summary>
    public static bool IsIdentifier(string text)
    {
        if (text.Length == 0)
            return false;
        var isFirst = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var isAllowed =
                Rune.IsLetter(rune) || rune.Value is '_' or '$' || (!isFirst && rune.Value is >= '0' and <= '9');
            if (!isAllowed)
                return false;
            isFirst = false;
        }
        return true;
    }

    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1 || TextLength.Of(text) > 320)
            return false;
        // A single mailbox: characters that separate, name or quote mailboxes in a mail header are not allowed.
        if (text.IndexOf('@', StringComparison.Ordinal) != at || text.AsSpan().ContainsAny(",;<>()\"\\")
            || text.AsSpan(0, at).Contains(':'))
            return false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Control)
                return false;
        }
        return true;
    }
}
