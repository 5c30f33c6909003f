using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Metering.Aggregations;

namespace Tallystick.Billing.Statements;

/// <summary>The usage behind the usage lines of a bill.</summary>
/// <param name="Bill">The bill.</param>
/// <param name="Definition">The definition by which it is stated.</param>
/// <param name="Lines">The lines, in the order of the bill.</param>
public sealed record Statement(Bill Bill, StatementDefinition Definition, IReadOnlyList<StatementLine> Lines);

/// <summary>The usage behind one line of a bill.</summary>
/// <param name="Line">The line.</param>
/// <param name="MeterCode">Code of its meter.</param>
/// <param name="Rows">Its rows by time, then by the values of the dimensions.</param>
public sealed record StatementLine(BillLineItem Line, string MeterCode, IReadOnlyList<StatementRow> Rows);

/// <summary>The usage of one period and one value of each dimension.</summary>
/// <param name="Start">Start of the period, inclusive.</param>
/// <param name="End">End of the period, exclusive.</param>
/// <param name="Dimensions">The value of each dimension; null for usage without one.</param>
/// <param name="Measures">The values.</param>
public sealed record StatementRow(
    Instant Start, Instant End, IReadOnlyList<KeyValuePair<string, string?>> Dimensions,
    IReadOnlyList<StatementValue> Measures);

/// <summary>An aggregated value.</summary>
/// <param name="Field">Code of the field.</param>
/// <param name="Method">How its values are combined.</param>
/// <param name="Value">The value; null if there is none.</param>
public sealed record StatementValue(string Field, AggregationMethod Method, decimal? Value);

/// <summary>A statement cannot be generated; the message says why.</summary>
public sealed class StatementException(string message, Exception? cause = null) : Exception(message, cause);
