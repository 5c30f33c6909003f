using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Meters;

/// <summary>Rules of the calculations of derived fields: names in scope, order, and type of the result.</summary>
internal static class DerivedFieldRules
{
    /// <summary>
    /// The maximum number of operators and function calls in all calculations of a meter, which limits the time that
    /// each of its measurements takes.
    /// </summary>
    internal const int MaxOperators = 2000;

    internal static async ValueTask CheckAsync(Meter meter, Meter? current, IResourceReader related, Issues issues)
    {
        if (meter.DerivedFields.Count == 0)
            return;
        var read = Read(meter, issues);
        var lookups = await LookupSchemas.LoadAsync(read, related);
        Check(meter, read, await CustomFieldNames.FindAsync(related), lookups, issues);
    }

    /// <summary>Parses the calculations, in order. Adds syntax errors; calculations with one are null.</summary>
    internal static List<Expression?> Read(Meter meter, Issues issues) =>
        [.. meter.DerivedFields.Select((field, index) => Calculations.Read(field.Calculation, PathOf(index), issues))];

    /// <summary>Adds all errors of names and types.</summary>
    internal static void Check(
        Meter meter,
        List<Expression?> read,
        CustomFieldDefaults customFields,
        Func<string, LookupSchema?> lookups,
        Issues issues)
    {
        var fields = meter.DerivedFields;
        var operators = read.OfType<Expression>().Sum(expression => expression.All().Count(IsOperation));
        if (operators > MaxOperators)
            issues.Add("limit", "derivedFields", FormattableString.Invariant(
                $"have {operators:N0} operators and function calls in total; the maximum is {MaxOperators:N0}"));
        for (var index = 0; index < fields.Count; index++)
        {
            if (read[index] is not { } expression)
                continue;
            var scope = ScopeOf(meter, index, customFields, lookups);
            RefuseLater(meter, read, index, scope);
            Calculations.Check(expression, scope, KindOf(fields[index]), PathOf(index), issues);
        }
    }

    /// <summary>The names in scope of a calculation that was checked before. Excludes lookup tables.</summary>
    internal static NameScope ScopeOf(Meter meter, int index, CustomFieldDefaults customFields) =>
        ScopeOf(meter, index, customFields, _ => null);

    private static NameScope ScopeOf(
        Meter meter, int index, CustomFieldDefaults customFields, Func<string, LookupSchema?> lookups)
    {
        var entities = meter.ProductId is null
            ? CustomFieldNames.OfDerivedFields : CustomFieldNames.OfDerivedFieldsOfProducts;
        var scope = new NameScope
        {
            Lookups = lookups,
            Offered = "fields of the meter, ts, ets, receivedAt, account, meter, and custom fields of "
                + string.Join(", ", entities),
        };
        foreach (var moment in new[] { "ts", "ets", "receivedAt" })
            scope.Add(moment, ValueKind.DateTime);
        scope.Add("account", ValueKind.Text);
        scope.Add("meter", ValueKind.Text);
        foreach (var field in meter.DataFields.Concat(meter.DerivedFields.Take(index)))
            scope.Add(field.Code, KindOf(field));
        CustomFieldNames.AddTo(scope, customFields, entities);
        return scope;
    }

    // Fields are evaluated in the order listed. A reference to a later field is either part of a cycle, which no order
    // can resolve, or needs another order.
    private static void RefuseLater(Meter meter, List<Expression?> read, int index, NameScope scope)
    {
        var code = meter.DerivedFields[index].Code;
        for (var later = index; later < read.Count; later++)
        {
            var name = meter.DerivedFields[later].Code;
            if (WayBack(meter, read, later, index) is { } way)
                scope.Refuse(name, "cycle", $"'{code}' depends on itself: {string.Join(" → ", way.Prepend(code))}");
            else
                scope.Refuse(name, "order", $"'{name}' is listed after '{code}'; list it before");
        }
    }

    /// <summary>
    /// The dependency path from one derived field to another, including both; null if the first does not depend on the
    /// second.
    /// </summary>
    private static List<string>? WayBack(Meter meter, List<Expression?> read, int from, int to)
    {
        var names = read.Select(expression => expression?.Names()).ToList();
        var ways = new Queue<List<int>>([[from]]);
        var seen = new HashSet<int> { from };
        while (ways.TryDequeue(out var way))
        {
            if (way[^1] == to)
                return [.. way.Select(index => meter.DerivedFields[index].Code)];
            foreach (var (next, field) in meter.DerivedFields.Index())
            {
                if (names[way[^1]]?.Contains(field.Code) == true && seen.Add(next))
                    ways.Enqueue([.. way, next]);
            }
        }
        return null;
    }

    /// <summary>The type of a field's values.</summary>
    internal static ValueKind KindOf(DataField field) => field.Category.IsNumeric() ? ValueKind.Number : ValueKind.Text;

    private static bool IsOperation(Expression expression) => expression is not (
        Expression.Number or Expression.Text or Expression.Boolean or Expression.Null or Expression.Name);

    private static string PathOf(int index) => $"derivedFields[{index}].calculation";
}
