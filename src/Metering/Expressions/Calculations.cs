using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>Reads and checks the calculations of entities that are to be saved.</summary>
internal static class Calculations
{
    private const int MaxFaults = 20;

    /// <summary>The tree of a calculation; null after its fault of syntax was added.</summary>
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

    /// <summary>The tree of a calculation that was checked when it was saved.</summary>
    internal static Expression Reread(string text) => ExpressionParser.Parse(text);

    /// <summary>Adds every fault of names and kinds.</summary>
    /// <param name="expression">What was read.</param>
    /// <param name="scope">What it may name.</param>
    /// <param name="wanted">The kind of its result: a number or a text, for which true and false stand as well.</param>
    /// <param name="path">The member that it stands in.</param>
    /// <param name="issues">Where faults go.</param>
    internal static void Check(
        Expression expression, NameScope scope, ValueKind wanted, string path, Issues issues)
    {
        var checker = new ExpressionChecker(scope);
        var kind = checker.KindOf(expression);
        foreach (var fault in checker.Faults.Take(MaxFaults))
            Add(fault, path, issues);
        if (kind != wanted && kind is ValueKind.Number or ValueKind.Text or ValueKind.DateTime)
            Add(
                new ExpressionFault("type", 1, $"gives {ExpressionChecker.Words(kind)}, and "
                    + $"{ExpressionChecker.Words(wanted)} is needed"),
                path, issues);
    }

    private static void Add(ExpressionFault fault, string path, Issues issues) =>
        issues.Add(fault.Code, path, FormattableString.Invariant($"at column {fault.Column}: {fault.Message}"));
}
