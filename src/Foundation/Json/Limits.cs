
namespace Tallystick.Foundation.Json;

/// <summary>The member is set by the server: it appears in responses and is ignored in requests.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerSetAttribute : Attribute;

/// <summary>Fewest and most characters (Unicode code points) of a text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CharactersAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Fewest characters; 0 for no bound.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Most characters; <see cref="int.MaxValue"/> for no bound.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>Fewest entries of a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MinimumItemsAttribute(int count) : Attribute
{
    /// <summary>The bound, included.</summary>
    public int Count { get; } = count;
}

/// <summary>Most entries of a list or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaximumItemsAttribute(int count) : Attribute
{
    /// <summary>The bound, included.</summary>
    public int Count { get; } = count;
}

/// <summary>Least value of a number, included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtLeastAttribute(int bound) : Attribute
{
    /// <summary>The bound, included.</summary>
    public int Bound { get; } = bound;
}

/// <summary>Greatest value of a number, included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtMostAttribute(int bound) : Attribute
{
    /// <summary>The bound, included.</summary>
    public int Bound { get; } = bound;
}

/// <summary>Greatest value that a number must exceed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AboveAttribute(int bound) : Attribute
{
    /// <summary>The bound, excluded.</summary>
    public int Bound { get; } = bound;
}

/// <summary>The published contract states of answers, too, that the member is there and how short it may be.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StatedInAnswersAttribute : Attribute;

/// <summary>The form that a text must have.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormAttribute(TextForm form) : Attribute
{
    /// <summary>The form.</summary>
    public TextForm Form { get; } = form;
}

/// <summary>
/// The published contract describes the member as plain text where we hold it to a date or an enumeration. The API
/// document keeps to the contract; the check does not.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlainTextInContractAttribute : Attribute
{
    /// <summary>True when only the request describes it so.</summary>
    public bool OnRequestOnly { get; init; }
}

/// <summary>
/// The published contract lists the values of a text, or of the texts of a list, that we take in more spellings and
/// answer as sent. The API document keeps to the contract; the kind checks the value.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChoicesInContractAttribute(Type choices) : Attribute
{
    /// <summary>The enumeration of the values.</summary>
    public Type Choices { get; } = choices;
}

/// <summary>Forms of text beyond its length.</summary>
public enum TextForm
{
    /// <summary>Any text.</summary>
    Any,

    /// <summary>
    /// Printable, inner spaces allowed, no blank at either end (contract: <c>code</c> of most entities).
    /// </summary>
    Code,

    /// <summary>
    /// A letter, <c>_</c> or <c>$</c>, then letters, digits, <c>_</c>, <c>$</c> (contract: field codes, picklist
    /// codes).
    /// </summary>
    Identifier,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>Latin letters, digits and hyphens (contract: <c>transactionTypeId</c>).</summary>
    Id,
}

/// <summary>
/// The published contract calls the member required; it is described so, yet a request without it is given its default.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredInContractAttribute : Attribute;
