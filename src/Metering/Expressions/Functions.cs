using NodaTime;

namespace Tallystick.Metering.Expressions;

/// <summary>The signature of a function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Types of its parameters, in order; open for any type.</param>
/// <param name="Result">Type of its result; open if it depends on the arguments.</param>
/// <param name="Compile">Compiles a call that has the right number of arguments.</param>
internal sealed record Function(
    string Name, IReadOnlyList<ValueKind> Parameters, ValueKind Result, Func<CallArguments, Code> Compile)
{
    /// <summary>Minimum number of arguments.</summary>
    internal int Min { get; init; } = Parameters.Count;

    /// <summary>True if the last parameter can be repeated.</summary>
    internal bool Repeats { get; init; }

    /// <summary>True if all arguments must have the same type.</summary>
    internal bool IsOfOneKind { get; init; }

    /// <summary>The number of arguments in words.</summary>
    internal string Counts => (Min, Repeats) switch
    {
        (_, true) => $"at least {Min}",
        _ when Min < Parameters.Count => $"{Min} to {Parameters.Count}",
        _ => $"{Min}",
    };

    /// <summary>Whether it can be called with a number of arguments.</summary>
    internal bool Takes(int count) => count >= Min && (Repeats || count <= Parameters.Count);

    /// <summary>The required type of an argument.</summary>
    internal ValueKind Parameter(int index) => Parameters[Math.Min(index, Parameters.Count - 1)];
}

/// <summary>The arguments of a call while it is compiled.</summary>
internal sealed class CallArguments(Compiler compiler, Expression.Call call)
{
    private readonly IReadOnlyList<Code> _codes = [.. call.Arguments.Select(compiler.Compile)];

    /// <summary>Position of the call in the text.</summary>
    internal int Column => call.Column;

    internal int Count => _codes.Count;

    internal Compiler Compiler => compiler;

    /// <summary>An argument of any type.</summary>
    internal Code this[int index] => _codes[index];

    internal Step<decimal?> Number(int index) => _codes[index].AsNumber();

    internal Step<string?> Text(int index) => _codes[index].AsText();

    internal Step<Instant?> DateTime(int index) => _codes[index].AsDateTime();

    /// <summary>The text of an argument that is a string literal; otherwise null.</summary>
    internal string? Literal(int index) => (call.Arguments[index] as Expression.Text)?.Value;

    /// <summary>A fault of the call.</summary>
    internal CalculationFault Fault(string message) => CalculationFault.At(Column, message);
}

/// <summary>The functions and constants of the language (metering reference 7.1 and 7.2).</summary>
internal static class Functions
{
    // All digits that fit in a decimal. The constant of the framework is a double.
    private const decimal Pi = 3.1415926535897932384626433833m;

    private static readonly Dictionary<string, Function> ByName =
        ((IEnumerable<Function>)
        [
            .. NumberFunctions.All, .. ChoiceFunctions.All, .. LookupFunctions.All, .. DateTimeFunctions.All,
            .. TextFunctions.All,
        ])
        .ToDictionary(function => function.Name, StringComparer.Ordinal);

    /// <summary>The functions, for messages.</summary>
    internal static string Known { get; } = string.Join(", ", ByName.Keys);

    /// <summary>The function of the name, or null.</summary>
    internal static Function? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The constant with a name, or null.</summary>
    internal static Value? Constant(string name) => name switch
    {
        "Math.PI" => Value.Of(Pi),
        "DateTime.TS_FMT" => Value.Of(DateTimePattern.DefaultText),
        _ => null,
    };
}

/// <summary>Functions on values of any type.</summary>
internal static class ChoiceFunctions
{
    internal static IReadOnlyList<Function> All { get; } =
    [
        new("isnull", [ValueKind.Open, ValueKind.Open], ValueKind.Open, IsNull) { IsOfOneKind = true },
        new("IN", [ValueKind.Open, ValueKind.Open], ValueKind.Boolean, In) { Repeats = true, IsOfOneKind = true },
    ];

    private static Code IsNull(CallArguments call)
    {
        switch (Choice.KindOf(call[0]) ?? Choice.KindOf(call[1]))
        {
            case ValueKind.Number:
                var (number, otherNumber) = (call.Number(0), call.Number(1));
                return new Code.Number(call.Column, evaluation => number(evaluation) ?? otherNumber(evaluation));
            case ValueKind.Text:
                var (text, otherText) = (call.Text(0), call.Text(1));
                return new Code.Text(call.Column, evaluation => text(evaluation) ?? otherText(evaluation));
            case ValueKind.Boolean:
                var (boolean, otherBoolean) = (call[0].AsBoolean(), call[1].AsBoolean());
                return new Code.Boolean(call.Column, evaluation => boolean(evaluation) ?? otherBoolean(evaluation));
            case ValueKind.DateTime:
                var (moment, otherMoment) = (call.DateTime(0), call.DateTime(1));
                return new Code.DateTime(call.Column, evaluation => moment(evaluation) ?? otherMoment(evaluation));
        }
        var (first, second) = (call[0].Any, call[1].Any);
        Step<Value> step = evaluation => first(evaluation) is { IsNull: false } given ? given : second(evaluation);
        return new Code.Open(call.Column, step);
    }

    // Compares the first argument with the others. If all arguments are booleans, returns whether any of them is true.
    private static Code.Boolean In(CallArguments call)
    {
        if (Enumerable.Range(0, call.Count).All(index => call[index] is Code.Boolean))
        {
            Step<bool?>[] conditions = [.. Enumerable.Range(0, call.Count).Select(index => call[index].AsBoolean())];
            return new Code.Boolean(call.Column, evaluation =>
            {
                foreach (var condition in conditions)
                {
                    if (condition(evaluation) == true)
                        return true;
                }
                return false;
            });
        }
        var tested = call[0].Any;
        Step<Value>[] candidates = [.. Enumerable.Range(1, call.Count - 1).Select(index => call[index].Any)];
        return new Code.Boolean(call.Column, evaluation =>
        {
            var value = tested(evaluation);
            foreach (var candidate in candidates)
            {
                if (value.Equals(candidate(evaluation)))
                    return true;
            }
            return false;
        });
    }
}
