using System.Text.RegularExpressions;

namespace Tallystick.Repository.Tests.Sources;

/// <summary>A method of a type: its name, first line and number of lines.</summary>
internal sealed record Member(string Name, int Line, int Lines);

/// <summary>Finds methods by counting braces: good enough to see that one is too long.</summary>
internal static partial class Members
{
    public static IReadOnlyList<Member> Methods(CSharpText code)
    {
        var found = new List<Member>();
        var text = code.Text;
        var typeDepths = new Stack<int>();
        var (depth, line, headLine, body) = (0, 1, 0, -1);
        var head = "";
        foreach (var character in text)
        {
            if (character == '\n')
                line++;
            var isAtMember = depth == (typeDepths.Count == 0 ? 0 : typeDepths.Peek());
            if (isAtMember && !char.IsWhiteSpace(character) && head.Length == 0)
                headLine = line;
            if (character == '{')
            {
                depth++;
                if (isAtMember && Type().IsMatch(head))
                {
                    typeDepths.Push(depth);
                    head = "";
                    continue;
                }
                if (isAtMember && body < 0)
                    body = depth;
            }
            else if (character == '}')
            {
                if (typeDepths.TryPeek(out var typeDepth) && typeDepth == depth)
                    (_, head, body) = (typeDepths.Pop(), "", -1);
                depth--;
                if (body == depth + 1)
                    EndAt(line, isStatement: IsExpression(head));
                continue;
            }
            else if (character == ';' && isAtMember)
            {
                EndAt(line, isStatement: false);
                continue;
            }
            if (isAtMember && (head.Length > 0 || !char.IsWhiteSpace(character)))
                head += character;
        }
        return found;

        // A block ends a method, but only a part of "=> new() { … };", which goes on to its semicolon.
        void EndAt(int end, bool isStatement)
        {
            body = -1;
            if (isStatement)
                return;
            var name = Method().Match(WithoutMarks(head)).Groups[1].Value;
            if (name.Length > 0)
                found.Add(new Member(name, headLine, end - headLine + 1));
            head = "";
        }
    }

    private static bool IsExpression(string head)
    {
        var rest = WithoutMarks(head);
        while (Parentheses().IsMatch(rest))
            rest = Parentheses().Replace(rest, "");
        return rest.Contains('=');
    }

    private static string WithoutMarks(string head) => Operator().Replace(Attributes().Replace(head, ""), "operator");

    [GeneratedRegex(@"\boperator\s*[^\s(]+")]
    private static partial Regex Operator();

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Parentheses();

    [GeneratedRegex(@"(?<!:\s*|,\s*)\b(class|record|struct|interface|enum|namespace|extension)\b\s*[\w(]")]
    private static partial Regex Type();

    [GeneratedRegex(@"\A\s*(\[[^\[\]]*(\[[^\[\]]*\][^\[\]]*)*\]\s*)+")]
    private static partial Regex Attributes();

    // A name before a parenthesis, before anything that makes it a property or a field.
    [GeneratedRegex(@"\A[^={(]*?(\w+)\s*(<[^=(){}]*>)?\s*\(")]
    private static partial Regex Method();
}
