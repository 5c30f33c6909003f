namespace Tallystick.Server.Api.Http;

/// <summary>Reads query parameters, including lists in all the forms that clients use.</summary>
internal static class QueryText
{
    /// <summary>
    /// All values of a parameter: comma-joined (<c>ids=a,b</c>), repeated (<c>ids=a&amp;ids=b</c>) or with brackets
    /// (<c>ids[]=a</c>). Null if the parameter is absent; one empty value for <c>ids=</c>.
    /// </summary>
    internal static IReadOnlyList<string>? List(HttpRequest request, string name)
    {
        var values = request.Query[name].Concat(request.Query[name + "[]"]).OfType<string>().ToList();
        return values.Count == 0
            ? null : [.. values.SelectMany(value => value.Split(',')).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The value of a parameter; null if it is absent or empty.</summary>
    internal static string? Single(HttpRequest request, string name) =>
        request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;
}
