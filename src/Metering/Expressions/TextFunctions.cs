using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// The functions of <c>String</c>. Characters are Unicode code points, counted from 0. If an argument is null, the
/// result is null.
/// </summary>
internal static class TextFunctions
{
    private const ValueKind Text = ValueKind.Text;
    private const ValueKind Number = ValueKind.Number;
    private const int CharactersPerWork = 4;

    internal static IReadOnlyList<Function> All { get; } =
    [
        new("String.length", [Text], Number, call =>
        {
            var text = call.Text(0);
            return new Code.Number(
                call.Column, evaluation => Read(evaluation, text) is { } given ? TextLength.Of(given) : null);
        }),
        new("String.lower", [Text], Text, call => Changed(call, text => text.ToLowerInvariant())),
        new("String.upper", [Text], Text, call => Changed(call, text => text.ToUpperInvariant())),
        new("String.trim", [Text], Text, call => Changed(call, text => text.Trim())),
        new("String.contains", [Text, Text], ValueKind.Boolean, call => Compared(
            call, (text, part) => text.Contains(part, StringComparison.Ordinal))),
        new("String.startsWith", [Text, Text], ValueKind.Boolean, call => Compared(
            call, (text, part) => text.StartsWith(part, StringComparison.Ordinal))),
        new("String.endsWith", [Text, Text], ValueKind.Boolean, call => Compared(
            call, (text, part) => text.EndsWith(part, StringComparison.Ordinal))),
        new("String.indexOf", [Text, Text], Number, IndexOf),
        new("String.substring", [Text, Number, Number], Text, Substring) { Min = 2 },
        new("String.replace", [Text, Text, Text], Text, Replace),
    ];

    /// <summary>Concatenates two texts; null if either is null.</summary>
    internal static string? Join(Evaluation evaluation, string? first, string? second)
    {
        if (first is null || second is null)
            return null;
        return IsAffordable(evaluation, first.Length + second.Length) ? string.Concat(first, second) : null;
    }

    /// <summary>Whether a text of this length may be created or scanned. If not, records a fault.</summary>
    internal static bool IsAffordable(Evaluation evaluation, long length)
    {
        if (length <= Compiler.MaxText)
            return evaluation.TrySpend(1 + (int)length / CharactersPerWork);
        evaluation.Fail(new CalculationFault($"a string has more than {Compiler.MaxText} characters"));
        return false;
    }

    private static string? Read(Evaluation evaluation, Step<string?> text) =>
        text(evaluation) is { } given && IsAffordable(evaluation, given.Length) ? given : null;

    private static Code.Text Changed(CallArguments call, Func<string, string> change)
    {
        var text = call.Text(0);
        return new Code.Text(
            call.Column, evaluation => Read(evaluation, text) is { } given ? change(given) : null);
    }

    private static Code.Boolean Compared(CallArguments call, Func<string, string, bool> compare)
    {
        var (text, part) = (call.Text(0), call.Text(1));
        return new Code.Boolean(call.Column, evaluation =>
            Read(evaluation, text) is { } given && Read(evaluation, part) is { } sought
                ? compare(given, sought) : null);
    }

    private static Code.Number IndexOf(CallArguments call)
    {
        var (text, part) = (call.Text(0), call.Text(1));
        return new Code.Number(call.Column, evaluation =>
        {
            if (Read(evaluation, text) is not { } given || Read(evaluation, part) is not { } sought)
                return null;
            var index = given.IndexOf(sought, StringComparison.Ordinal);
            return index < 0 ? -1 : TextLength.Of(given.AsSpan(0, index));
        });
    }

    // A start or an end beyond the text is clamped to the end of the text.
    private static Code.Text Substring(CallArguments call)
    {
        var (text, start) = (call.Text(0), call.Number(1));
        var length = call.Count > 2 ? call.Number(2) : _ => Compiler.MaxText;
        var notWhole = call.Fault("start and length must be whole numbers, 0 or more");
        return new Code.Text(call.Column, evaluation =>
        {
            if (Read(evaluation, text) is not { } given || start(evaluation) is not { } from
                || length(evaluation) is not { } count)
                return null;
            if (from < 0 || count < 0 || from != decimal.Truncate(from) || count != decimal.Truncate(count))
            {
                evaluation.Fail(notWhole);
                return null;
            }
            var begin = TextLength.Cut(given, (int)Math.Min(from, Compiler.MaxText)).Length;
            return TextLength.Cut(given[begin..], (int)Math.Min(count, Compiler.MaxText));
        });
    }

    private static Code.Text Replace(CallArguments call)
    {
        var (text, old, other) = (call.Text(0), call.Text(1), call.Text(2));
        var empty = call.Fault("the string to replace must not be empty");
        return new Code.Text(call.Column, evaluation =>
        {
            if (Read(evaluation, text) is not { } given || Read(evaluation, old) is not { } sought
                || Read(evaluation, other) is not { } replacement)
                return null;
            if (sought.Length == 0)
            {
                evaluation.Fail(empty);
                return null;
            }
            long count = 0;
            for (var at = 0; (at = given.IndexOf(sought, at, StringComparison.Ordinal)) >= 0; at += sought.Length)
                count++;
            var size = given.Length + count * (replacement.Length - sought.Length);
            return IsAffordable(evaluation, size)
                ? given.Replace(sought, replacement, StringComparison.Ordinal) : null;
        });
    }
}
