using System.Text;

namespace Tallystick.Repository.Tests.Sources;

/// <summary>C# seen roughly: its code, with comments and texts blanked, and its comments apart.</summary>
/// <param name="Lines">The code, line for line.</param>
/// <param name="Comments">The text of each line that is in a comment, with its line number.</param>
internal sealed record CSharpText(IReadOnlyList<string> Lines, IReadOnlyList<(int Line, string Text)> Comments)
{
    public string Text => string.Join('\n', Lines);

    public static CSharpText Of(string text) => new Scanner(text).Run();

    private sealed class Scanner(string text)
    {
        private readonly StringBuilder _code = new(text.Length);
        private readonly StringBuilder _comments = new(text.Length);
        private int _at;

        internal CSharpText Run()
        {
            ScanCode(isHole: false);
            var comments = _comments.ToString().Split('\n').Index()
                .Where(line => line.Item.Trim().Length > 0)
                .Select(line => (line.Index + 1, line.Item.Trim()));
            return new CSharpText(_code.ToString().Split('\n'), [.. comments]);
        }

        // A hole is the code inside an interpolated text; it ends before its closing brace.
        private void ScanCode(bool isHole)
        {
            var depth = 0;
            while (_at < text.Length)
            {
                if (isHole && text[_at] == '}' && depth == 0)
                    return;
                if (isHole)
                    depth += text[_at] == '{' ? 1 : text[_at] == '}' ? -1 : 0;
                if (StartsWith("//"))
                    TakeComment(until: "\n");
                else if (StartsWith("/*"))
                    TakeComment(until: "*/");
                else if (text[_at] == '\'')
                    ScanCharacter();
                else if (text[_at] == '"')
                    ScanText();
                else
                    TakeOne(isCode: true);
            }
        }

        private void TakeComment(string until)
        {
            while (_at < text.Length && !StartsWith(until))
                TakeOne(isComment: true);
            if (until != "\n")
                Take(until.Length);
        }

        private void ScanCharacter()
        {
            Take();
            while (_at < text.Length && text[_at] != '\'' && text[_at] != '\n')
                Take(text[_at] == '\\' ? 2 : 1);
            Take();
        }

        private void ScanText()
        {
            var quotes = text[_at..].TakeWhile(character => character == '"').Count();
            var prefix = Prefix();
            if (quotes >= 3 && !prefix.Contains('@'))
            {
                Take(quotes);
                while (_at < text.Length && !StartsWith(new string('"', quotes)))
                    Take();
                Take(quotes);
                return;
            }
            Take();
            while (_at < text.Length)
            {
                if (prefix.Contains('@') && StartsWith("\"\""))
                    Take(2);
                else if (text[_at] == '"')
                    break;
                else if (prefix.Contains('$') && text[_at] == '{' && !StartsWith("{{"))
                    ScanHole();
                else
                    Take(IsPair(prefix) ? 2 : 1);
            }
            Take();
        }

        private bool IsPair(string prefix) =>
            (!prefix.Contains('@') && text[_at] == '\\')
            || (prefix.Contains('$') && (StartsWith("{{") || StartsWith("}}")));

        private void ScanHole()
        {
            Take();
            ScanCode(isHole: true);
            Take();
        }

        private string Prefix()
        {
            var start = _at;
            while (start > 0 && text[start - 1] is '$' or '@')
                start--;
            return text[start.._at];
        }

        private bool StartsWith(string part) => string.CompareOrdinal(text, _at, part, 0, part.Length) == 0;

        private void Take(int count = 1)
        {
            for (; count > 0; count--)
                TakeOne();
        }

        private void TakeOne(bool isCode = false, bool isComment = false)
        {
            if (_at >= text.Length)
                return;
            var character = text[_at++];
            _code.Append(isCode || character == '\n' ? character : ' ');
            _comments.Append(isComment || character == '\n' ? character : ' ');
        }
    }
}
