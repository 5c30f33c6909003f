
namespace Tallystick.Resources.Documents;

/// <summary>How a column is compared with a value. Text compares by code point, so ISO dates compare by time.</summary>
public enum Comparison
{
    /// <summary>Equal.</summary>
    Equal,

    /// <summary>Smaller.</summary>
    Less,

    /// <summary>Smaller or equal.</summary>
    LessOrEqual,

    /// <summary>Greater.</summary>
    Greater,

    /// <summary>Greater or equal.</summary>
    GreaterOrEqual,

    /// <summary>Begins with the value.</summary>
    StartsWith,

    /// <summary>Has the value somewhere in it; never true of an empty value.</summary>
    Contains,
}

/// <summary>A condition on the columns of stored documents, to be translated by a document store. Columns are our own
/// declared names; values may be anything a user sent.</summary>
public abstract record Condition
{
    /// <summary>The column compared with one value. A missing value (null column) satisfies no comparison.</summary>
    public sealed record Compare(string Column, Comparison Comparison, string Value) : Condition;

    /// <summary>The column is one of the values; never true for an empty list.</summary>
    public sealed record In(string Column, IReadOnlyList<string> Values) : Condition;

    /// <summary>The column has a value that is none of the values; true of every value for an empty list.</summary>
    public sealed record NotIn(string Column, IReadOnlyList<string> Values) : Condition;

    /// <summary>The column has no value.</summary>
    public sealed record Missing(string Column) : Condition;

    /// <summary>Every condition holds; true for none.</summary>
    public sealed record All(IReadOnlyList<Condition> Conditions) : Condition;

    /// <summary>At least one condition holds; false for none.</summary>
    public sealed record Any(IReadOnlyList<Condition> Conditions) : Condition;

    /// <summary>The column equals the value.</summary>
    public static Condition Equal(string column, string value) => new Compare(column, Comparison.Equal, value);

    /// <summary>The column is a list, written by <see cref="Entries"/>, that has the value.</summary>
    public static Condition Has(string column, string value) =>
        new Compare(column, Comparison.Contains, Entries.Write([value])!);

    /// <summary>
    /// What is from <c>start_date</c> up to, not including, <c>end_date</c>, without end where there is none, is so at
    /// an instant or date, given as the text that these columns compare by.
    /// </summary>
    public static Condition HoldsAt(string time) => And(
        new Compare("start_date", Comparison.LessOrEqual, time),
        Or(new Missing("end_date"), new Compare("end_date", Comparison.Greater, time)));

    /// <summary>All of the conditions.</summary>
    public static Condition And(params IReadOnlyList<Condition> conditions) => new All(conditions);

    /// <summary>Any of the conditions.</summary>
    public static Condition Or(params IReadOnlyList<Condition> conditions) => new Any(conditions);
}
