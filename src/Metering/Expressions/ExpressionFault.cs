namespace Tallystick.Metering.Expressions;

/// <summary>A fault of a calculation.</summary>
/// <param name="Code">Stable code of the fault, such as <c>syntax</c>.</param>
/// <param name="Column">Position in the text, counted from 1.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
internal sealed record ExpressionFault(string Code, int Column, string Message);

/// <summary>Parsing a calculation stops at its first syntax error.</summary>
internal sealed class ExpressionSyntaxException(int column, string message) : Exception(message)
{
    /// <summary>The fault.</summary>
    internal ExpressionFault Fault { get; } = new("syntax", column, message);
}
