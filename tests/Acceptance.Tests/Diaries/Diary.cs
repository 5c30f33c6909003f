using System.Text.RegularExpressions;

namespace Tallystick.Acceptance.Tests.Diaries;

/// <summary>One step of a diary, with what is written below it.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Text">What happens.</param>
/// <param name="Details">The lines below it: members of a request, members of an answer, or lines of a bill.</param>
internal sealed record DiaryStep(string Place, string Text, IReadOnlyList<string> Details);

/// <summary>The steps of one day.</summary>
internal sealed record DiaryDay(string Date, IReadOnlyList<DiaryStep> Steps);

/// <summary>
/// The year of a company as text: days begin in the first column, their steps are indented, details more so, and
/// lines that go on with a detail even more. What follows a # is for the reader.
/// </summary>
internal static partial class Diary
{
    private const int DetailIndent = 4;
    private const int ContinuationIndent = 6;

    /// <summary>The days of a diary.</summary>
    public static IReadOnlyList<DiaryDay> Read(string file)
    {
        var days = new List<DiaryDay>();
        var number = 0;
        foreach (var written in File.ReadLines(file))
        {
            number++;
            var line = Comment().Replace(written, "").TrimEnd();
            var text = line.TrimStart();
            if (text.Length == 0)
                continue;
            var place = $"{Path.GetFileName(file)}:{number}";
            var indent = line.Length - text.Length;
            if (indent == 0)
                days.Add(new DiaryDay(Date().Match(text).Value, new List<DiaryStep>()));
            else if (indent < DetailIndent)
                ((List<DiaryStep>)days[^1].Steps).Add(new DiaryStep(place, text, new List<string>()));
            else if (indent < ContinuationIndent)
                ((List<string>)days[^1].Steps[^1].Details).Add(text);
            else
                ((List<string>)days[^1].Steps[^1].Details)[^1] += $" {text}";
        }
        return days;
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d")]
    private static partial Regex Date();
}
