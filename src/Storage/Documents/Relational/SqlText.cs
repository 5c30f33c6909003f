using System.Globalization;
using System.Text;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// An SQL statement in the making. Text comes from our own constants only; whatever a user may have sent goes in as a
/// parameter, so that no value is ever read as SQL.
/// </summary>
internal sealed class SqlText
{
    private readonly StringBuilder _text = new();
    private readonly List<object?> _values = [];

    /// <summary>The parameters' values: the first is named <c>@p0</c>.</summary>
    internal IReadOnlyList<object?> Values => _values;

    /// <summary>Appends our own text.</summary>
    internal SqlText Append(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Appends a parameter: text, a whole number, a document or null for missing text.</summary>
    internal SqlText Value(object? value)
    {
        _text.Append("@p").Append(_values.Count.ToString(CultureInfo.InvariantCulture));
        _values.Add(value);
        return this;
    }

    /// <summary>Appends each item, with our own text between them.</summary>
    internal SqlText Join<T>(string separator, IReadOnlyList<T> items, Action<T> append)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                _text.Append(separator);
            append(items[i]);
        }

        return this;
    }

    public override string ToString() => _text.ToString();
}
