namespace Tallystick.Metering.OtlpMappings;

/// <summary>
/// The preset for the OpenTelemetry semantic conventions for generative AI. Attributes that the conventions renamed are
/// accepted under both names.
/// </summary>
internal static class GenAiPreset
{
    /// <summary>The metric of token counts.</summary>
    public const string Metric = "gen_ai.client.token.usage";

    private const string Unknown = "unknown";

    private static readonly string[] InputTokens = ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
    private static readonly string[] OutputTokens = ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"];

    private static readonly OtlpField[] Common =
    [
        new() { Code = "model", Attributes = ["gen_ai.response.model", "gen_ai.request.model"], Default = Unknown },
        new() { Code = "provider", Attributes = ["gen_ai.provider.name", "gen_ai.system"], Default = Unknown },
        new() { Code = "operation", Attributes = ["gen_ai.operation.name"], Default = Unknown },
    ];

    /// <summary>The attributes of which a log record must have at least one.</summary>
    public static IReadOnlyList<string> LogAttributes { get; } = [.. InputTokens, .. OutputTokens];

    private static readonly IReadOnlyList<OtlpField> LogFields =
    [
        new() { Code = "input_tokens", Attributes = InputTokens, Default = "0" },
        new() { Code = "output_tokens", Attributes = OutputTokens, Default = "0" },
        .. Common,
    ];

    private static readonly IReadOnlyList<OtlpField> MetricFields =
    [
        new() { Code = "tokens", Property = OtlpProperty.Value },
        new() { Code = "token_type", Attributes = ["gen_ai.token.type"], Default = Unknown },
        .. Common,
    ];

    /// <summary>The fields that the preset supplies.</summary>
    public static IReadOnlyList<OtlpField> Fields(OtlpSignal signal) =>
        signal == OtlpSignal.Logs ? LogFields : MetricFields;
}
