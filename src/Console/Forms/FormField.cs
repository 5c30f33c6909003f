namespace Tallystick.Console.Forms;

/// <summary>What a field of a form takes.</summary>
public enum InputKind
{
    /// <summary>A line of text.</summary>
    Text,

    /// <summary>A code. A form proposes one from the name.</summary>
    Code,

    /// <summary>A text of several lines.</summary>
    Lines,

    /// <summary>A formula or another program, in monospace.</summary>
    Formula,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A decimal number, which is sent as it was typed.</summary>
    Decimal,

    /// <summary>A date.</summary>
    Date,

    /// <summary>An instant, in UTC.</summary>
    Instant,

    /// <summary>One of some values.</summary>
    Choice,

    /// <summary>Some of some values.</summary>
    Choices,

    /// <summary>Yes or no.</summary>
    Switch,

    /// <summary>A list of texts, separated by commas. With options, the list is one of them.</summary>
    Texts,

    /// <summary>A list of texts, one on each line.</summary>
    TextLines,

    /// <summary>Rows of fields, such as the pricing bands of a pricing.</summary>
    Rows,
}

/// <summary>A value to choose.</summary>
/// <param name="Value">The value as the API names it.</param>
/// <param name="Text">The value in words.</param>
public sealed record Option(string Value, string Text)
{
    /// <summary>Options of values that are written as words.</summary>
    public static IReadOnlyList<Option> Of(params IEnumerable<string> values) =>
        [.. values.Select(value => new Option(value, Figures.Words.Of(value)))];
}

/// <summary>A field of a form: a member of the entity that is edited.</summary>
/// <param name="Path">Where it is in the JSON of the entity, as the API names faults: <c>name</c>.</param>
/// <param name="Label">Its label.</param>
/// <param name="Kind">What it takes.</param>
public sealed record FormField(string Path, string Label, InputKind Kind = InputKind.Text)
{
    /// <summary>The heading above the field, if it begins a group of fields.</summary>
    public string? Heading { get; init; }

    /// <summary>What it is for, below the field.</summary>
    public string? Hint { get; init; }

    /// <summary>Whether it must have a value.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The value of a new entity.</summary>
    public string? Default { get; init; }

    /// <summary>The values to choose from.</summary>
    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>The kind of entity to choose from; null for none.</summary>
    public Tables.ReferenceKind? Reference { get; init; }

    /// <summary>The fields of each row.</summary>
    public IReadOnlyList<FormField> Fields { get; init; } = [];

    /// <summary>What a row is called: "pricing band".</summary>
    public string RowName { get; init; } = "row";

    /// <summary>Maximum length of a text.</summary>
    public int MaxLength { get; init; } = 2_000;

    /// <summary>Whether it cannot be changed once the entity exists.</summary>
    public bool IsFixed { get; init; }

    /// <summary>Whether few people need it, so that it stands under "More options".</summary>
    public bool IsMore { get; init; }

    /// <summary>The name and code that almost every entity has.</summary>
    public static IReadOnlyList<FormField> NameAndCode { get; } =
    [
        new("name", "Name") { IsRequired = true, MaxLength = 200 },
        new("code", "Code", InputKind.Code)
        {
            IsRequired = true,
            MaxLength = 80,
            Hint = "Short and unique. Programs refer to it.",
        },
    ];
}
