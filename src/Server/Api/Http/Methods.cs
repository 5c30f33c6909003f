using System.Text.RegularExpressions;

namespace Tallystick.Server.Api.Http;

/// <summary>Handles the HTTP methods that no operation defines.</summary>
internal static partial class Methods
{
    private const int AfterOperations = 1;

    /// <summary>Handles HEAD like GET. The web server does not send the body.</summary>
    internal static Task AnswerHeadAsync(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            context.Request.Method = HttpMethods.Get;
        return next(context);
    }

    /// <summary>Returns 405 for methods that a path does not support. Call it after mapping all paths.</summary>
    internal static void RefuseOthers(WebApplication app)
    {
        var paths = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(endpoint => (
                Pattern: endpoint.RoutePattern.RawText!,
                Methods: endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []))
            .Where(endpoint => endpoint.Methods.Count > 0)
            // Paths that differ only in the names of their parameters are the same path.
            .GroupBy(endpoint => Parameter().Replace(endpoint.Pattern, "{}"), StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var methods = path.SelectMany(endpoint => endpoint.Methods).ToHashSet(StringComparer.Ordinal);
            if (methods.Contains(HttpMethods.Get))
                methods.Add(HttpMethods.Head);
            var allowed = string.Join(", ", methods.Order(StringComparer.Ordinal));
            app.Map(path.First().Pattern, context => RefuseAsync(context, allowed)).WithOrder(AfterOperations);
        }
    }

    private static Task RefuseAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return ErrorAnswer.WriteAsync(
            context, StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Path} does not support {context.Request.Method}. Supported methods: {allowed}.");
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
