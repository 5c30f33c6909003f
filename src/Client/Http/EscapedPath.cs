using System.Runtime.CompilerServices;
using System.Text;

namespace Tallystick.Client;

/// <summary>A path whose values are escaped: <c>$"accounts/{id}"</c>.</summary>
[InterpolatedStringHandler]
internal readonly struct EscapedPath(int literalLength, int formattedCount)
{
    private readonly StringBuilder _text = new(literalLength + formattedCount * 36);

    public void AppendLiteral(string text) => _text.Append(text);

    /// <exception cref="ArgumentException">The value would change which operation is called.</exception>
    public void AppendFormatted(string value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (string.IsNullOrEmpty(value) || value is "." or "..")
            throw new ArgumentException($"'{value}' cannot be part of a path.", name);
        _text.Append(Uri.EscapeDataString(value));
    }

    public override string ToString() => _text.ToString();
}
