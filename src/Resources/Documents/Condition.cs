
namespace Tallystick.Resources.Documents;

/// <summary>
/// How a column is compared with a value. Text is compared by code point, so ISO dates are compared by time.
/// </summary>
public enum Comparison
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>Less.</summary>
    Less,

    /// <summary>Less or equal.</summary>
    LessOrEqual,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Greater or equal.</summary>
    GreaterOrEqual,

    /// <summary>Starts with the value.</summary>
    StartsWith,

    /// <summary>Contains the value; never true for an empty value.</summary>
    Contains,
}

/// <summary>
/// A condition on the columns of stored documents, translated by a document store. Column names are declared in code;
/// values may be untrusted.
/// </summary>
public abstract record Condition
{
    /// <summary>Compares the column with a value. A null column satisfies no comparison.</summary>
    public sealed record Compare(string Column, Comparison Comparison, string Value) : Condition;

    /// <summary>The column is one of the values; never true for an empty list.</summary>
    public sealed record In(string Column, IReadOnlyList<string> Values) : Condition;

    /// <summary>
    /// The column has a value other than the given ones; always true for an empty list unless the column is null.
    /// </summary>
    public sealed record NotIn(string Column, IReadOnlyList<string> Values) : Condition;

    /// <summary>The column has no value.</summary>
    public sealed record Missing(string Column) : Condition;

    /// <summary>All conditions are true; also true if there are none.</summary>
    public sealed record All(IReadOnlyList<Condition> Conditions) : Condition;

    /// <summary>At least one condition is true; false if there are none.</summary>
    public sealed record Any(IReadOnlyList<Condition> Conditions) : Condition;

    /// <summary>The column equals the value.</summary>
    public static Condition Equal(string column, string value) => new Compare(column, Comparison.Equal, value);

    /// <summary>The column is a list, written by <see cref="Entries"/>, that has the value.</summary>
    public static Condition Has(string column, string value) =>
        new Compare(column, Comparison.Contains, Entries.Write([value])!);

    /// <summary>
    /// The period from <c>start_date</c> (inclusive) to <c>end_date</c> (exclusive, open-ended if missing) contains an
    /// instant or date, given as sortable text.
    /// </summary>
    public static Condition IsActiveAt(string time) => And(
        new Compare("start_date", Comparison.LessOrEqual, time),
        Or(new Missing("end_date"), new Compare("end_date", Comparison.Greater, time)));

    /// <summary>All of the conditions.</summary>
    public static Condition And(params IReadOnlyList<Condition> conditions) => new All(conditions);

    /// <summary>Any of the conditions.</summary>
    public static Condition Or(params IReadOnlyList<Condition> conditions) => new Any(conditions);
}
