using System.Globalization;
using System.Text.RegularExpressions;

namespace Tallystick.Console.Figures;

/// <summary>Values of the API as words.</summary>
public static partial class Words
{
    /// <summary>A value such as <c>COUNTER_RUNNING_TOTAL_CHARGE</c> as words: "Counter running total charge".</summary>
    public static string Of(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var words = value.Replace('_', ' ').ToLower(CultureInfo.InvariantCulture);
        return char.ToUpperInvariant(words[0]) + words[1..];
    }

    /// <summary>
    /// A member of an entity as words: <c>pricingBands[1].unitPrice</c> is "Pricing bands 2, unit price".
    /// </summary>
    public static string OfMember(string path) => Of(string.Join(", ", path.Split('.').Select(OfName)));

    private static string OfName(string name)
    {
        var spaced = string.Concat(name.Select(letter => char.IsAsciiLetterUpper(letter) ? $" {letter}" : $"{letter}"));
        return IndexPattern().Replace(
            spaced, match => $" {int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1}");
    }

    [GeneratedRegex(@"\[(\d{1,6})\]", RegexOptions.CultureInvariant)]
    private static partial Regex IndexPattern();
}
