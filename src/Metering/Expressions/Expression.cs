namespace Tallystick.Metering.Expressions;

/// <summary>The syntax tree of a calculation. Each node has its position in the text.</summary>
/// <param name="Column">
/// Place of its first character, counted from 1; for an operation, the position of its operator.
/// </param>
internal abstract record Expression(int Column)
{
    /// <summary>A number, exact.</summary>
    internal sealed record Number(int Column, decimal Value) : Expression(Column);

    /// <summary>A string literal.</summary>
    internal sealed record Text(int Column, string Value) : Expression(Column);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    internal sealed record Boolean(int Column, bool Value) : Expression(Column);

    /// <summary><c>null</c>: no value.</summary>
    internal sealed record Null(int Column) : Expression(Column);

    /// <summary>A name, such as <c>bytes</c>, <c>account.customFields.tier</c> or <c>Math.PI</c>.</summary>
    internal sealed record Name(int Column, string Path) : Expression(Column);

    /// <summary>A part of a value, such as the <c>year</c> of a date-time.</summary>
    internal sealed record Member(int Column, Expression Target, string Part) : Expression(Column);

    /// <summary>A sign or a negation.</summary>
    internal sealed record Unary(int Column, UnaryOperator Operator, Expression Operand) : Expression(Column);

    /// <summary>A binary operation.</summary>
    internal sealed record Binary(int Column, BinaryOperator Operator, Expression Left, Expression Right)
        : Expression(Column);

    /// <summary><c>condition ? then : otherwise</c>; only the chosen branch is evaluated.</summary>
    internal sealed record Conditional(int Column, Expression Condition, Expression Then, Expression Otherwise)
        : Expression(Column);

    /// <summary>A function call.</summary>
    internal sealed record Call(int Column, string Function, IReadOnlyList<Expression> Arguments)
        : Expression(Column);

    /// <summary>A type conversion: <c>(Number) x</c> or <c>Number(x)</c>.</summary>
    internal sealed record Cast(int Column, ValueKind Target, Expression Operand) : Expression(Column);

    /// <summary>The node and all nodes below it, in no particular order.</summary>
    internal IEnumerable<Expression> All()
    {
        var pending = new Stack<Expression>([this]);
        while (pending.TryPop(out var node))
        {
            yield return node;
            foreach (var child in node.Children())
                pending.Push(child);
        }
    }

    /// <summary>The distinct names in it, in order of appearance.</summary>
    internal IReadOnlyList<string> Names() =>
    [
        .. All().OfType<Name>().OrderBy(name => name.Column).Select(name => name.Path).Distinct(StringComparer.Ordinal),
    ];

    private IReadOnlyList<Expression> Children() => this switch
    {
        Member member => [member.Target],
        Unary unary => [unary.Operand],
        Binary binary => [binary.Left, binary.Right],
        Conditional conditional => [conditional.Condition, conditional.Then, conditional.Otherwise],
        Call call => call.Arguments,
        Cast cast => [cast.Operand],
        _ => [],
    };
}

/// <summary>Unary operators. They have the highest precedence.</summary>
internal enum UnaryOperator
{
    Plus,
    Minus,
    Not,
}

/// <summary>Binary operators.</summary>
internal enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

/// <summary>Types of values.</summary>
internal enum ValueKind
{
    Number,
    Text,
    Boolean,
    DateTime,

    /// <summary>Known only at run time: a custom field can be a string or a number, and null is neither.</summary>
    Open,
}
