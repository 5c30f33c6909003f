using Tallystick.Metering.LookupTables;

namespace Tallystick.Metering.Expressions;

/// <summary>Functions that read the published data of lookup tables (metering reference 11.4).</summary>
internal static class LookupFunctions
{
    /// <summary>Reads a number from a lookup table.</summary>
    internal const string FindNumber = "Lookup.findNumber";

    /// <summary>Reads a text from a lookup table.</summary>
    internal const string FindString = "Lookup.findString";

    /// <summary>Whether a lookup table has a row.</summary>
    internal const string Exists = "Lookup.exists";

    private const ValueKind Text = ValueKind.Text;
    private const ValueKind Any = ValueKind.Open;
    private const int NoRow = -1;

    // In UTF-16, a code point has at most two code units.
    private const int MaxKey = 2 * LookupRows.MaxText;
    private const int RowWork = 20;

    internal static IReadOnlyList<Function> All { get; } =
    [
        new(FindNumber, [Text, Text, ValueKind.Number, Any], ValueKind.Number, ReadNumber) { Repeats = true },
        new(FindString, [Text, Text, Text, Any], Text, ReadText) { Repeats = true },
        new(Exists, [Text, Any], ValueKind.Boolean, call =>
        {
            var row = Row(call, firstKey: 1);
            return new Code.Boolean(call.Column, evaluation => row(evaluation) != NoRow);
        }) { Repeats = true },
    ];

    /// <summary>The index of the first key among the arguments; null for other functions.</summary>
    internal static int? FirstKeyOf(string function) => function switch
    {
        FindNumber or FindString => 3,
        Exists => 1,
        _ => null,
    };

    private static Code.Number ReadNumber(CallArguments call)
    {
        var (value, other) = (Field(call, ValueKind.Number), call.Number(2));
        return new Code.Number(call.Column, evaluation => value(evaluation).Number ?? other(evaluation));
    }

    private static Code.Text ReadText(CallArguments call)
    {
        var (value, other) = (Field(call, Text), call.Text(2));
        return new Code.Text(call.Column, evaluation => value(evaluation).Text ?? other(evaluation));
    }

    /// <summary>The value of the field in the matching row; null if there is none.</summary>
    private static Step<Value> Field(CallArguments call, ValueKind wanted)
    {
        if (call.Literal(0) is not { } code || call.Literal(1) is not { } name)
            return Computed<Value>(call, default);
        var table = call.Compiler.Slots.OfTable(code);
        var row = Row(call, firstKey: 3);
        var noField = call.Fault($"the lookup table '{code}' has no field '{name}'");
        var wrongKind = call.Fault($"the field '{name}' of the lookup table '{code}' is not "
            + ExpressionChecker.Words(wanted));
        return evaluation =>
        {
            if (evaluation.Tables[table] is not { } data)
                return default;
            var field = data.FindField(name);
            if (field < 0)
                evaluation.Fail(noField);
            else if (data.KindOf(field) != wanted)
                evaluation.Fail(wrongKind);
            else if (row(evaluation) is var found and not NoRow)
                return data.Read(found, field);
            return default;
        };
    }

    /// <summary>The index of the row with the keys; <see cref="NoRow"/> if there is none or a key is null.</summary>
    private static Step<int> Row(CallArguments call, int firstKey)
    {
        if (call.Literal(0) is not { } code)
            return Computed(call, NoRow);
        var table = call.Compiler.Slots.OfTable(code);
        Step<Value>[] keys = [.. Enumerable.Range(firstKey, call.Count - firstKey).Select(index => Key(call, index))];
        var wrongCount = call.Fault($"the lookup table '{code}' does not have {keys.Length} keys");
        CalculationFault[] wrongKeys =
        [
            .. Enumerable.Range(1, keys.Length).Select(number =>
                call.Fault($"key {number} is not of the kind that the lookup table '{code}' needs")),
        ];
        return evaluation =>
        {
            if (evaluation.Tables[table] is not { } data)
                return NoRow;
            if (data.Keys.Count != keys.Length)
            {
                evaluation.Fail(wrongCount);
                return NoRow;
            }
            var isFound = true;
            for (var index = 0; index < keys.Length; index++)
            {
                var key = keys[index](evaluation);
                evaluation.Push(key);
                // No row has a longer key, and hashing long keys would take time.
                isFound &= !key.IsNull && !(key.Text?.Length > MaxKey);
                if (!key.IsNull && key.Kind != data.Keys[index])
                    evaluation.Fail(wrongKeys[index]);
            }
            var found = evaluation.Pop(keys.Length);
            return isFound && evaluation.TrySpend(RowWork) ? data.FindRow(found) : NoRow;
        };
    }

    // Tables are loaded before evaluation, so their codes must be literals. Saving refuses other arguments now, but
    // older versions did not.
    private static Step<T> Computed<T>(CallArguments call, T nothing)
    {
        var fault = call.Fault("the lookup table and its field must be string literals");
        return evaluation =>
        {
            evaluation.Fail(fault);
            return nothing;
        };
    }

    // A string literal that equals the code of a field stands for the field.
    private static Step<Value> Key(CallArguments call, int index) =>
        call.Literal(index) is { } code && call.Compiler.Scope.IsField(code)
            ? call.Compiler.Name(code, call.Column).Any
            : call[index].Any;
}
