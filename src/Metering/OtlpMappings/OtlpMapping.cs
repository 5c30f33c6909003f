using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.OtlpMappings;

/// <summary>How OpenTelemetry log records or data points become measurements of a meter.</summary>
public sealed record OtlpMapping : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>What it maps: log records or the data points of metrics.</summary>
    public required OtlpSignal Signal { get; init; }

    /// <summary>
    /// Position among the mappings of the same signal, 0 if absent. The first mapping that matches is used, in
    /// ascending order; mappings with the same position are tried in the order of their creation.
    /// </summary>
    [AtLeast(0), AtMost(1_000_000)]
    public int? Ordinal { get; init; }

    /// <summary>
    /// Predefined conditions and fields. <c>GEN_AI</c> follows the OpenTelemetry semantic conventions for generative AI
    /// and supplies every data field of the meter with one of these codes. Of log records with token counts:
    /// <c>input_tokens</c>, <c>output_tokens</c>, <c>model</c>, <c>provider</c>, <c>operation</c>. Of the metric
    /// <c>gen_ai.client.token.usage</c>: <c>tokens</c>, <c>token_type</c>, <c>model</c>, <c>provider</c>,
    /// <c>operation</c>. An entry of <c>fields</c> with the same code takes precedence.
    /// </summary>
    public OtlpPreset? Preset { get; init; }

    /// <summary>Conditions that a record must meet, all of them. Required without a preset.</summary>
    [MaximumItems(10)]
    public IReadOnlyList<OtlpCondition>? Match { get; init; }

    /// <summary>UUID of the meter.</summary>
    [Characters(36, 36)]
    public required string MeterId { get; init; }

    /// <summary>The code of the account. A record without it is rejected.</summary>
    public required OtlpSource Account { get; init; }

    /// <summary>
    /// The values of the meter's data fields. Together with the preset, they must supply all data fields of the meter.
    /// </summary>
    [MaximumItems(15)]
    public IReadOnlyList<OtlpField>? Fields { get; init; }

    /// <summary>
    /// Attribute of the record itself that identifies it: records with the same value are counted once. If absent, the
    /// attribute <c>log.record.uid</c>, or else the content of the record, identifies it.
    /// </summary>
    [Characters(1, 255)]
    public string? Uid { get; init; }
}

/// <summary>A condition on a record. Contains either <c>attribute</c> or <c>property</c>.</summary>
public sealed record OtlpCondition
{
    /// <summary>Key of an attribute of the record, its scope or its resource.</summary>
    [Characters(1, 255)]
    public string? Attribute { get; init; }

    /// <summary>A property of the record.</summary>
    public OtlpProperty? Property { get; init; }

    /// <summary>The value as text, case-sensitive. If absent, any value meets the condition.</summary>
    [Characters(1, 1000)]
    public string? Value { get; init; }
}

/// <summary>
/// Where a value comes from. Contains exactly one of <c>attributes</c>, <c>property</c> and <c>constant</c>.
/// </summary>
public record OtlpSource
{
    /// <summary>
    /// Keys of attributes; the first that is present is used. Each is looked up in the record, then in its scope, then
    /// in its resource.
    /// </summary>
    [MinimumItems(1), MaximumItems(5)]
    public IReadOnlyList<string>? Attributes { get; init; }

    /// <summary>A property of the record.</summary>
    public OtlpProperty? Property { get; init; }

    /// <summary>A fixed value.</summary>
    [Characters(1, 1000)]
    public string? Constant { get; init; }

    /// <summary>The value if the attributes or the property are absent.</summary>
    [Characters(1, 1000)]
    public string? Default { get; init; }
}

/// <summary>The value of a data field.</summary>
public sealed record OtlpField : OtlpSource
{
    /// <summary>Code of a data field of the meter.</summary>
    [Characters(1, 80), Form(TextForm.Identifier)]
    public required string Code { get; init; }
}

/// <summary>What a mapping maps.</summary>
public enum OtlpSignal
{
    /// <summary>Log records, including events.</summary>
    Logs,

    /// <summary>Data points of metrics.</summary>
    Metrics,
}

/// <summary>Predefined conditions and fields.</summary>
public enum OtlpPreset
{
    /// <summary>The semantic conventions for generative AI.</summary>
    GenAi,
}

/// <summary>A property of a record that is not an attribute.</summary>
public enum OtlpProperty
{
    /// <summary>Name of the event or metric.</summary>
    Name,

    /// <summary>Name of the instrumentation scope.</summary>
    Scope,

    /// <summary>Body of a log record.</summary>
    Body,

    /// <summary>Value of a data point; the sum of a histogram.</summary>
    Value,

    /// <summary>Number of values in a data point: 1, or the count of a histogram.</summary>
    Count,
}
