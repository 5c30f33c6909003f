using System.Globalization;
using System.Text;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Builds an SQL statement. Text comes only from constants in code; untrusted values are always parameters.
/// </summary>
internal sealed class SqlText
{
    // Placeholder of a parameter until parameters are numbered.
    private const char Parameter = '\u0001';

    private readonly StringBuilder _text = new();
    private readonly List<object?> _values = [];

    /// <summary>The values of the parameters; the first is named <c>@p0</c>.</summary>
    internal IReadOnlyList<object?> Values => _values;

    /// <summary>Number of statements whose rows are not read.</summary>
    internal int UnreadRowSets { get; private set; }

    /// <summary>Starts a statement whose rows are not read.</summary>
    internal static SqlText Unread() => new() { UnreadRowSets = 1 };

    /// <summary>Appends our own text.</summary>
    internal SqlText Append(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Appends other text with its parameters.</summary>
    internal SqlText Append(SqlText other)
    {
        _text.Append(other._text);
        _values.AddRange(other._values);
        return this;
    }

    /// <summary>Appends a parameter: text, a whole number, a document or null for missing text.</summary>
    internal SqlText Value(object? value)
    {
        _text.Append(Parameter);
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

    /// <summary>Appends another statement.</summary>
    internal SqlText Then(SqlText next)
    {
        UnreadRowSets += next.UnreadRowSets;
        return Append("; ").Append(next);
    }

    public override string ToString()
    {
        var numbered = new StringBuilder(_text.Length + (_values.Count * 3));
        var number = 0;
        foreach (var part in _text.GetChunks())
        {
            foreach (var letter in part.Span)
            {
                if (letter == Parameter)
                    numbered.Append(CultureInfo.InvariantCulture, $"@p{number++}");
                else
                    numbered.Append(letter);
            }
        }
        return numbered.ToString();
    }
}
