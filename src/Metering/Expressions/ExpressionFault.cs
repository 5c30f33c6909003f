namespace Tallystick.Metering.Expressions;

/// <summary>What is wrong with a calculation, and where.</summary>
/// <param name="Code">Stable short name of the fault, such as <c>syntax</c>.</param>
/// <param name="Column">Place in the text, counted from 1.</param>
/// <param name="Message">What is wrong and what is accepted.</param>
internal sealed record ExpressionFault(string Code, int Column, string Message);

/// <summary>Reading a calculation ends at its first fault of syntax.</summary>
internal sealed class ExpressionSyntaxException(int column, string message) : Exception(message)
{
    /// <summary>The fault.</summary>
    internal ExpressionFault Fault { get; } = new("syntax", column, message);
}
