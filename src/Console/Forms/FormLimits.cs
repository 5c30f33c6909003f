using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Tallystick.Console.Forms;

/// <summary>How much a form of the console can send.</summary>
internal static class FormLimits
{
    // Files do not pass through forms.
    private const int MaxBody = 4 * 1024 * 1024;

    // Of pages that are open to everybody.
    private const int MaxOpenBody = 64 * 1024;

    // A browser shows the answer only if it could send everything: what is somewhat too large is read and dropped.
    private const int MaxDropped = 8 * MaxBody;

    // Rows of forms have several values each.
    private const int MaxValues = 20_000;

    /// <summary>Maximum number of bytes of a form of the page.</summary>
    internal static int MaxOf(HttpContext context) =>
        context.GetRouteValue("OrganizationId") is null ? MaxOpenBody : MaxBody;

    /// <summary>Limits the form of a request, before anything reads it.</summary>
    /// <returns>False if the form is too large.</returns>
    internal static bool TryApply(HttpContext context)
    {
        var max = MaxOf(context);
        var isTooLarge = context.Request.ContentLength > max;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = isTooLarge && max == MaxBody ? MaxDropped : max;
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, new FormOptions
        {
            ValueCountLimit = MaxValues,
            ValueLengthLimit = max,
        }));
        return !isTooLarge;
    }
}
