namespace Tallystick.ClientGenerator;

/// <summary>Writes the methods of a resource.</summary>
internal static class ResourceWriter
{
    private const int Lines = 380;
    private const string Indent = "    ";
    private const string Token = "CancellationToken cancellationToken = default";

    /// <summary>The files of a resource: more than one if there is too much for one.</summary>
    internal static IEnumerable<(string Name, string Text)> Write(string resource, IReadOnlyList<Operation> operations)
    {
        var file = 1;
        SourceText? text = null;
        foreach (var operation in operations)
        {
            var method = SourceText.Plain();
            Write(method, operation);
            if (text is not null && text.Lines + method.Lines >= Lines)
            {
                yield return End(text);
                text = null;
                file++;
            }
            if (text is null)
                text = Begin(resource, file);
            else
                text.Line();
            text.Append(method);
        }
        yield return End(text ?? Begin(resource, file));

        (string Name, string Text) End(SourceText written)
        {
            written.Line("}");
            return (file == 1 ? resource : $"{resource}.{file}", written.ToString());
        }
    }

    private static SourceText Begin(string resource, int file)
    {
        var text = new SourceText("System.Text.Json");
        if (file > 1)
        {
            text.Line($"public sealed partial class {resource}Client");
            text.Line("{");
            return text;
        }
        text.Document("", "summary", $"The operations of the API on {Naming.Words(resource)}.");
        text.Line($"public sealed partial class {resource}Client");
        text.Line("{");
        text.Line("    private readonly ApiConnection _api;");
        text.Line();
        text.Line($"    internal {resource}Client(ApiConnection api) => _api = api;");
        text.Line();
        return text;
    }

    /// <summary>The properties of the client.</summary>
    internal static string WriteClient(IReadOnlyList<string> resources)
    {
        var text = new SourceText();
        text.Line("public sealed partial class TallystickClient");
        text.Line("{");
        foreach (var resource in resources)
        {
            text.Document(Indent, "summary", $"Operations on {Naming.Words(resource)}.");
            text.Line($"    public {resource}Client {resource} => field ??= new(Api);");
            text.Line();
        }
        text.Line("}");
        return text.ToString().Replace("\n\n}", "\n}", StringComparison.Ordinal);
    }

    private static void Write(SourceText text, Operation operation)
    {
        text.Document(Indent, "summary", operation.Summary.TrimEnd('.') + ".");
        if (operation.Description is { } description)
            text.Document(Indent, "remarks", description);
        foreach (var parameter in Parameters(operation))
        {
            var name = $" name=\"{parameter.Name.TrimStart('@')}\"";
            text.Document(Indent, "param", parameter.Description, name);
        }
        text.Document(Indent, "param", "Cancels the request.", " name=\"cancellationToken\"");
        text.Line($"    [ApiOperation(\"{operation.Id}\")]");
        WriteSignature(text, operation);
        WriteRequest(text, operation);
    }

    private static IEnumerable<Parameter> Parameters(Operation operation) =>
        operation.PathParameters
            .Concat(operation.Body is { IsRequired: true } required ? [required] : [])
            .Concat(operation.Query.Where(one => one.IsRequired))
            .Concat(operation.Body is { IsRequired: false } optional ? [optional] : [])
            .Concat(operation.Query.Where(one => !one.IsRequired));

    private static void WriteSignature(SourceText text, Operation operation)
    {
        var parameters = Parameters(operation)
            .Select(one => one.IsRequired ? $"{one.Type.Name} {one.Name}" : $"{one.Type.Name}? {one.Name} = null")
            .Append(Token)
            .ToList();
        var start = $"    public {ReturnType(operation)} {operation.Method}(";
        var whole = $"{start}{string.Join(", ", parameters)}) =>";
        if (whole.Length <= SourceText.Columns)
        {
            text.Line(whole);
            return;
        }
        text.Line(start);
        text.Fill("        ", parameters, ") =>");
    }

    private static void WriteRequest(SourceText text, Operation operation)
    {
        var verb = Naming.Pascal(operation.Verb);
        var path = operation.IsIdInBody
            ? operation.Path.Replace("/{id}", $"/{{{operation.Body!.Name}.Id}}", StringComparison.Ordinal)
            : operation.Path;
        var body = operation.Body is null ? "" : $", {operation.Body.Name}";
        var lines = new List<string> { $"ApiRequest.{verb}($\"{path}\"{body})" };
        if (lines[0].Length > SourceText.Columns - 14)
            lines = [$"ApiRequest.{verb}(", .. $"$\"{path}\"{body})".Split(' ').Select(one => "    " + one)];
        lines.AddRange(operation.Query.Where(one => !(operation.Answer == Answer.Matches && one.JsonName == "pageSize"))
            .Select(one => $"    .With(\"{one.JsonName}\", {one.Name})"));
        if (operation.IsRepeatable && operation.Verb == "post")
            lines.Add("    .Repeatable()");
        var pageSize = operation.Answer == Answer.Matches ? ", pageSize" : "";
        var arguments = string.Concat(lines.Select(line => line.Trim())) + pageSize;
        var whole = $"        _api.{Call(operation)}({arguments}, cancellationToken);";
        if (whole.Length <= SourceText.Columns)
        {
            text.Line(whole);
            return;
        }
        text.Line($"        _api.{Call(operation)}(");
        for (var index = 0; index < lines.Count - 1; index++)
            text.Line($"            {lines[index]}");
        text.Line($"            {lines[^1]}{pageSize},");
        text.Line("            cancellationToken);");
    }

    private static string ReturnType(Operation operation) => operation.Answer switch
    {
        Answer.Nothing => "Task",
        Answer.Pages or Answer.Matches => $"PagedList<{operation.AnswerType}>",
        _ => $"Task<{operation.AnswerType}>",
    };

    private static string Call(Operation operation) => operation.Answer switch
    {
        Answer.Nothing => "SendAsync",
        Answer.Bytes => "GetBytesAsync",
        Answer.Pages => $"List<{operation.AnswerType}>",
        Answer.Matches => $"Search<{operation.AnswerType}>",
        _ => $"SendAsync<{operation.AnswerType}>",
    };
}
