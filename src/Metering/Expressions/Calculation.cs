using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// A calculation that is ready to be evaluated: names are resolved, and the type of its result is known. It has no
/// mutable state, so it can be evaluated concurrently, each time with a separate <see cref="Evaluation"/>.
/// </summary>
internal sealed class Calculation
{
    /// <summary>
    /// Maximum length of a string result, because a load keeps the results for all its measurements in memory.
    /// </summary>
    internal const int MaxResult = 256;

    private readonly Step<decimal?>? _number;
    private readonly Step<string?>? _text;

    private Calculation(Code code, ValueKind wanted)
    {
        if (wanted == ValueKind.Number)
            _number = Fitted(Results.Number(code));
        else
            _text = Results.Text(code);
    }

    /// <summary>Compiles a calculation that was checked when it was saved.</summary>
    /// <param name="text">The calculation.</param>
    /// <param name="scope">The names in scope.</param>
    /// <param name="slots">Assigns slots to names and lookup tables.</param>
    /// <param name="wanted">The type of the result: a number or a text.</param>
    /// <returns>
    /// The calculation. If another version of the program saved a text that this version cannot parse, a calculation
    /// that always fails.
    /// </returns>
    internal static Calculation Compile(string text, NameScope scope, Slots slots, ValueKind wanted)
    {
        try
        {
            return new Calculation(new Compiler(scope, slots).Compile(Calculations.Reread(text)), wanted);
        }
        catch (ExpressionSyntaxException unreadable)
        {
            var fault = CalculationFault.At(unreadable.Fault.Column, unreadable.Fault.Message);
            return new Calculation(new Code.Open(unreadable.Fault.Column, evaluation =>
            {
                evaluation.Fail(fault);
                return default;
            }), wanted);
        }
    }

    /// <summary>Evaluates to a number of at most 28 digits, or null.</summary>
    /// <returns>False if it failed; <see cref="Evaluation.Fault"/> contains the reason.</returns>
    internal bool TryNumber(Evaluation evaluation, out decimal? result) => Try(_number!, evaluation, out result);

    /// <summary>Evaluates to a text, or null.</summary>
    /// <returns>False if it failed; <see cref="Evaluation.Fault"/> contains the reason.</returns>
    internal bool TryText(Evaluation evaluation, out string? result)
    {
        if (Try(_text!, evaluation, out result) && result?.Length > MaxResult)
            evaluation.Fail(CalculationFault.LongText);
        return evaluation.Fault is null;
    }

    private static Step<decimal?> Fitted(Step<decimal?> number) =>
        evaluation => number(evaluation) is { } given ? ExactNumber.Fit(given) : null;

    // Catch everything: all organizations share the loader, so a failing calculation must not stop it.
    private static bool Try<T>(Step<T?> step, Evaluation evaluation, out T? result)
    {
        result = default;
        evaluation.Begin();
        try
        {
            result = step(evaluation);
        }
        catch (Exception exception)
        {
            evaluation.Fail(FaultOf(exception));
        }
        return evaluation.Fault is null;
    }

    private static CalculationFault FaultOf(Exception exception) => exception switch
    {
        OverflowException => CalculationFault.Overflow,
        ArgumentOutOfRangeException { Source: "NodaTime" } => CalculationFault.DateRange,
        _ => CalculationFault.Unexpected,
    };

    /// <summary>
    /// Converts a result to the type of the field: true and false become 1 and 0, or the words. Any other type is a
    /// fault, because accepting a text that happens to be a number would hide a mistake.
    /// </summary>
    private static class Results
    {
        internal static Step<decimal?> Number(Code code)
        {
            switch (code)
            {
                case Code.Number number:
                    return number.Step;
                case Code.Boolean boolean:
                    return Conversions.ToNumber(boolean);
            }
            var any = code.Any;
            return evaluation =>
            {
                var value = any(evaluation);
                if (value.Boolean is { } boolean)
                    return boolean ? 1 : 0;
                if (!value.IsNull && value.Number is null)
                    evaluation.Fail(code.Mismatch(ValueKind.Number, value.Kind));
                return value.Number;
            };
        }

        internal static Step<string?> Text(Code code)
        {
            switch (code)
            {
                case Code.Text text:
                    return text.Step;
                case Code.Boolean boolean:
                    return Conversions.ToText(boolean);
            }
            var any = code.Any;
            return evaluation =>
            {
                var value = any(evaluation);
                if (value.Boolean is { } boolean)
                    return Value.Written(boolean);
                if (!value.IsNull && value.Text is null)
                    evaluation.Fail(code.Mismatch(ValueKind.Text, value.Kind));
                return value.Text;
            };
        }
    }
}
