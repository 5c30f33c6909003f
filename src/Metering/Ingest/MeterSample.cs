using NodaTime;

namespace Tallystick.Metering.Ingest;

/// <summary>A measurement that is not stored, on which calculations are tried.</summary>
/// <param name="Ts">When the usage took place; also when it was received.</param>
/// <param name="Account">Code of the account.</param>
/// <param name="Numbers">Values of numeric data fields, by code.</param>
/// <param name="Texts">Values of other data fields, by code.</param>
public sealed record MeterSample(
    Instant Ts, string? Account, IReadOnlyDictionary<string, decimal> Numbers,
    IReadOnlyDictionary<string, string> Texts);

/// <summary>What a derived field is for a sample: a number, a text, nothing (null), or a fault.</summary>
/// <param name="Code">Code of the field.</param>
/// <param name="Number">The number.</param>
/// <param name="Text">The text.</param>
/// <param name="Fault">Why there is no value; null if there is none to be had or it is null.</param>
public sealed record EvaluatedField(string Code, decimal? Number, string? Text, string? Fault);
