using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>A compiled part of a calculation.</summary>
internal delegate T Step<out T>(Evaluation evaluation);

/// <summary>
/// A compiled part of a calculation, by the type of its value. If the type is known at compile time, it is not checked
/// again during evaluation.
/// </summary>
/// <param name="Column">Its position in the text, for faults.</param>
internal abstract record Code(int Column)
{
    /// <summary>Its value of any type.</summary>
    internal abstract Step<Value> Any { get; }

    /// <summary>Its value as a number; any other type is a fault.</summary>
    internal virtual Step<decimal?> AsNumber() => Wrong<decimal?>(ValueKind.Number);

    /// <summary>Its value as a text; any other type is a fault.</summary>
    internal virtual Step<string?> AsText() => Wrong<string?>(ValueKind.Text);

    /// <summary>Its value as a boolean; any other type is a fault.</summary>
    internal virtual Step<bool?> AsBoolean() => Wrong<bool?>(ValueKind.Boolean);

    /// <summary>Its value as a date-time; any other type is a fault.</summary>
    internal virtual Step<Instant?> AsDateTime() => Wrong<Instant?>(ValueKind.DateTime);

    /// <summary>The fault if a value of another type is required.</summary>
    internal CalculationFault Mismatch(ValueKind wanted, ValueKind given) => CalculationFault.At(
        Column, $"{ExpressionChecker.Words(wanted)} is needed, and this is {ExpressionChecker.Words(given)}");

    private Step<T?> Wrong<T>(ValueKind wanted) => evaluation =>
    {
        evaluation.Fail(Mismatch(wanted, Any(evaluation).Kind));
        return default;
    };

    internal sealed record Number(int Column, Step<decimal?> Step) : Code(Column)
    {
        internal override Step<Value> Any => evaluation => Value.Of(Step(evaluation));

        internal override Step<decimal?> AsNumber() => Step;
    }

    internal sealed record Text(int Column, Step<string?> Step) : Code(Column)
    {
        internal override Step<Value> Any => evaluation => Value.Of(Step(evaluation));

        internal override Step<string?> AsText() => Step;
    }

    internal sealed record Boolean(int Column, Step<bool?> Step) : Code(Column)
    {
        internal override Step<Value> Any => evaluation => Value.Of(Step(evaluation));

        internal override Step<bool?> AsBoolean() => Step;
    }

    internal sealed record DateTime(int Column, Step<Instant?> Step) : Code(Column)
    {
        internal override Step<Value> Any => evaluation => Value.Of(Step(evaluation));

        internal override Step<Instant?> AsDateTime() => Step;
    }

    /// <summary>A value whose type is known only during evaluation, or null.</summary>
    internal sealed record Open(int Column, Step<Value> Step) : Code(Column)
    {
        internal override Step<Value> Any => Step;

        internal override Step<decimal?> AsNumber() =>
            evaluation => Held(evaluation, Step(evaluation), ValueKind.Number).Number;

        internal override Step<string?> AsText() =>
            evaluation => Held(evaluation, Step(evaluation), ValueKind.Text).Text;

        internal override Step<bool?> AsBoolean() =>
            evaluation => Held(evaluation, Step(evaluation), ValueKind.Boolean).Boolean;

        internal override Step<Instant?> AsDateTime() =>
            evaluation => Held(evaluation, Step(evaluation), ValueKind.DateTime).DateTime;

        private Value Held(Evaluation evaluation, Value value, ValueKind wanted)
        {
            if (!value.IsNull && value.Kind != wanted)
                evaluation.Fail(Mismatch(wanted, value.Kind));
            return value;
        }
    }
}

/// <summary>Type conversions for casts, concatenation, and results.</summary>
internal static class Conversions
{
    /// <summary>Converts to a number: true is 1, false is 0, and a text must contain a number.</summary>
    internal static Step<decimal?> ToNumber(Code code)
    {
        if (code is Code.Number number)
            return number.Step;
        var any = code.Any;
        return evaluation =>
        {
            var value = any(evaluation);
            if (value.Boolean is { } boolean)
                return boolean ? 1 : 0;
            if (value.IsNull || value.Number is not null)
                return value.Number;
            if (value.Text is { } text)
            {
                if (ExactNumber.TryParse(text, out var parsed))
                    return parsed;
                evaluation.Fail(CalculationFault.At(
                    code.Column, $"'{TextLength.Shorten(text, 40)}' is not a number of at most 28 digits"));
            }
            else
                evaluation.Fail(code.Mismatch(ValueKind.Number, value.Kind));
            return null;
        };
    }

    /// <summary>Converts to a text.</summary>
    internal static Step<string?> ToText(Code code)
    {
        switch (code)
        {
            case Code.Text text:
                return text.Step;
            case Code.Number number:
                return evaluation => number.Step(evaluation) is { } given ? Value.Written(given) : null;
        }
        var any = code.Any;
        return evaluation => ToText(any(evaluation), evaluation);
    }

    /// <summary>Converts to a boolean: a number is true unless it is 0; a text must be "true" or "false".</summary>
    internal static Step<bool?> ToBoolean(Code code)
    {
        if (code is Code.Boolean boolean)
            return boolean.Step;
        var any = code.Any;
        return evaluation =>
        {
            var value = any(evaluation);
            if (value.IsNull || value.Boolean is not null)
                return value.Boolean;
            if (value.Number is { } number)
                return number != 0;
            if (value.Text is "true" or "false")
                return value.Text == "true";
            evaluation.Fail(value.Text is { } text
                ? CalculationFault.At(code.Column, $"'{TextLength.Shorten(text, 40)}' is neither true nor false")
                : code.Mismatch(ValueKind.Boolean, value.Kind));
            return null;
        };
    }

    /// <summary>Converts to a text.</summary>
    internal static string? ToText(Value value, Evaluation evaluation) => value.Kind switch
    {
        ValueKind.Number => Value.Written(value.Number!.Value),
        ValueKind.Boolean => Value.Written(value.Boolean!.Value),
        ValueKind.DateTime => DateTimePattern.Default.Format(value.DateTime!.Value, evaluation.Zone),
        _ => value.Text,
    };
}
