using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Console.Api;
using Tallystick.Console.Pages.Faults;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Forms;

/// <summary>The part of a page that follows while somebody types into a <see cref="ReferenceInput"/>.</summary>
internal static class ChoicePage
{
    internal const string Route = "/org/{OrganizationId}/choices/{**Kind}";

    /// <summary>Maximum number of choices at once.</summary>
    internal const int MaxFound = 12;

    internal static async Task WriteAsync(HttpContext context)
    {
        if (References.Find((string?)context.Request.RouteValues["Kind"]) is not { } kind)
        {
            await FaultPages.WriteAsync<MissingPage>(context, StatusCodes.Status404NotFound);
            return;
        }
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var text = context.Request.Query["q"].ToString().Trim();
        IReadOnlyList<Referenced> found = await ReferenceSearch.FindAsync(api, kind, text, MaxFound);
        if (context.Request.Query["none"].ToString() is { Length: > 0 } none
            && none.Contains(text, StringComparison.OrdinalIgnoreCase))
            found = [new Referenced(TableFilter.NoneValue, none, null), .. found];
        await new RazorComponentResult<ChoiceList>(new { Found = found }).ExecuteAsync(context);
    }
}
