using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Pages.Faults;

namespace Tallystick.Console.Tables;

/// <summary>Writes all rows of a table that match its filters as CSV.</summary>
internal static class TableExport
{
    internal const string Route = "/org/{OrganizationId}/export/{Table}.csv";

    // Spreadsheets run a cell that begins with one of these as a formula. A number may begin with a sign.
    private static readonly System.Buffers.SearchValues<char> FormulaStarts =
        System.Buffers.SearchValues.Create("=+-@\t\r");

    internal static async Task RunAsync(HttpContext context)
    {
        var api = context.RequestServices.GetRequiredService<OrganizationApi>();
        var table = AllTables.Find((string)context.Request.RouteValues["Table"]!);
        if (table is null || !await api.MayAsync(table.Operation))
        {
            await FaultPages.WriteAsync<MissingPage>(context, StatusCodes.Status404NotFound);
            return;
        }
        Begin(context, table.Name);
        var values = context.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        try
        {
            await table.ExportAsync(api, values, cells => WriteRowAsync(context, cells));
        }
        catch (TallystickApiException) when (context.Response.HasStarted)
        {
            // The browser must not take the part for the whole.
            context.Abort();
        }
    }

    /// <summary>Begins a file, which the browser saves.</summary>
    internal static void Begin(HttpContext context, string name)
    {
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename={name}.csv";
    }

    /// <summary>Writes a row.</summary>
    internal static Task WriteRowAsync(HttpContext context, IEnumerable<string?> cells) =>
        context.Response.WriteAsync(string.Join(',', cells.Select(Cell)) + "\r\n", context.RequestAborted);

    private static string Cell(string? text)
    {
        text ??= "";
        if (text.Length > 0 && FormulaStarts.Contains(text[0]) && !IsNumber(text))
            text = "'" + text;
        return text.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static bool IsNumber(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out _);
}
