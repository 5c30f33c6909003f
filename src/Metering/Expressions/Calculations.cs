using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>Parses and checks calculations before entities are saved.</summary>
internal static class Calculations
{
    private const int MaxFaults = 20;

    /// <summary>The tree of a calculation; null after a syntax error was added.</summary>
    internal static Expression? Read(string text, string path, Issues issues)
    {
        try
        {
            return ExpressionParser.Parse(text);
        }
        catch (ExpressionSyntaxException exception)
        {
            Add(exception.Fault, path, issues);
            return null;
        }
    }

    /// <summary>The tree of a stored calculation.</summary>
    internal static Expression Reread(string text) => ExpressionParser.Parse(text);

    /// <summary>Adds all errors of names and types.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="scope">The names in scope.</param>
    /// <param name="wanted">The type of its result: a number or a string, to which booleans are converted.</param>
    /// <param name="path">The member that contains it.</param>
    /// <param name="issues">Receives faults.</param>
    internal static void Check(
        Expression expression, NameScope scope, ValueKind wanted, string path, Issues issues)
    {
        var checker = new ExpressionChecker(scope);
        var kind = checker.KindOf(expression);
        foreach (var fault in checker.Faults.Take(MaxFaults))
            Add(fault, path, issues);
        if (kind != wanted && kind is ValueKind.Number or ValueKind.Text or ValueKind.DateTime)
            Add(
                new ExpressionFault("type", 1, $"returns {ExpressionChecker.Words(kind)}, but "
                    + $"{ExpressionChecker.Words(wanted)} is required"),
                path, issues);
    }

    private static void Add(ExpressionFault fault, string path, Issues issues) =>
        issues.Add(fault.Code, path, FormattableString.Invariant($"at column {fault.Column}: {fault.Message}"));
}
