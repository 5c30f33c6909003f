
namespace Tallystick.Foundation.Json;

/// <summary>The member is set by the server: it appears in responses and is ignored in requests.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerSetAttribute : Attribute;

/// <summary>Minimum and maximum number of characters (Unicode code points) of a string.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CharactersAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Minimum number of characters; 0 for no limit.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Maximum number of characters; <see cref="int.MaxValue"/> for no limit.</summary>
    public int Maximum { get; } = maximum;
}

/// <summary>Minimum number of entries of an array.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MinimumItemsAttribute(int count) : Attribute
{
    /// <summary>The limit, inclusive.</summary>
    public int Count { get; } = count;
}

/// <summary>Maximum number of entries of an array or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaximumItemsAttribute(int count) : Attribute
{
    /// <summary>The limit, inclusive.</summary>
    public int Count { get; } = count;
}

/// <summary>Minimum value of a number, inclusive.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtLeastAttribute(int bound) : Attribute
{
    /// <summary>The limit, inclusive.</summary>
    public int Bound { get; } = bound;
}

/// <summary>Maximum value of a number, inclusive.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AtMostAttribute(int bound) : Attribute
{
    /// <summary>The limit, inclusive.</summary>
    public int Bound { get; } = bound;
}

/// <summary>Minimum value of a number, exclusive.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AboveAttribute(int bound) : Attribute
{
    /// <summary>The limit, exclusive.</summary>
    public int Bound { get; } = bound;
}

/// <summary>The m3ter contract also states for responses that the member is required and its minimum length.</summary>
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
/// The m3ter contract describes the member as a plain string, but we accept only a date or an enumeration value. The
/// API document follows the contract; the check does not.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PlainTextInContractAttribute : Attribute
{
    /// <summary>True if this applies to requests only.</summary>
    public bool OnRequestOnly { get; init; }
}

/// <summary>
/// The m3ter contract lists the allowed values of a string, or of the strings in an array, but we accept other
/// spellings and return them as sent. The API document follows the contract; the kind checks the value.
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
    /// Printable, with inner spaces but without leading or trailing ones (contract: <c>code</c> of most entities).
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

    /// <summary>A URL. In responses only, so it is not checked.</summary>
    Url,
}

/// <summary>
/// The m3ter contract marks the member as required, and so does the API document, but it has a default.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredInContractAttribute : Attribute;
