namespace Tallystick.Client;

/// <summary>States which operation of the API a method calls.</summary>
/// <param name="operationId">The <c>operationId</c> in the API document.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ApiOperationAttribute(string operationId) : Attribute
{
    /// <summary>The <c>operationId</c> in the API document.</summary>
    public string OperationId { get; } = operationId;
}
