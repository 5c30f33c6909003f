using System.Globalization;

namespace Tallystick.Console.Figures;

/// <summary>Values of the API as words.</summary>
public static class Words
{
    /// <summary>A value such as <c>COUNTER_RUNNING_TOTAL_CHARGE</c> as words: "Counter running total charge".</summary>
    public static string Of(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var words = value.Replace('_', ' ').ToLower(CultureInfo.InvariantCulture);
        return char.ToUpperInvariant(words[0]) + words[1..];
    }
}
