using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tallystick.Console.Api;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Forms;

/// <summary>What a field of a form refers to.</summary>
/// <param name="Ids">The ids.</param>
/// <param name="Fault">Why there are none; null if all were found.</param>
public sealed record ResolvedReference(StringValues Ids, string? Fault);

/// <summary>Finds what the fields of a form refer to: people type names and codes, and the API takes ids.</summary>
internal static class FormReferences
{
    private const int MaxLines = 200;

    /// <summary>The references of fields, by the name of their input.</summary>
    internal static async Task<IReadOnlyDictionary<string, ResolvedReference>> ResolveAsync(
        OrganizationApi api, IFormCollection form, IEnumerable<FormField> fields)
    {
        var resolved = new Dictionary<string, ResolvedReference>();
        await AddAsync(api, form, fields, "", resolved);
        return resolved;
    }

    private static async Task AddAsync(
        OrganizationApi api, IFormCollection form, IEnumerable<FormField> fields, string prefix,
        Dictionary<string, ResolvedReference> resolved)
    {
        foreach (var field in fields)
        {
            var name = prefix + field.Path;
            foreach (var number in FormJson.RowNumbers(form, field, prefix))
                await AddAsync(api, form, field.Fields, $"{name}[{number}].", resolved);
            if (field.Reference is { } kind && form.ContainsKey(name))
                resolved[name] = await ResolveAsync(api, kind, form[name]);
        }
    }

    // A list is one value for each box that was checked, or a text with one on each line.
    private static async Task<ResolvedReference> ResolveAsync(
        OrganizationApi api, ReferenceKind kind, StringValues posted)
    {
        var ids = new List<string>();
        foreach (var text in posted.SelectMany(one => (one ?? "").Split('\n', StringSplitOptions.TrimEntries
            | StringSplitOptions.RemoveEmptyEntries)).Take(MaxLines + 1))
        {
            if (ids.Count == MaxLines)
                return new(posted, $"can have at most {MaxLines} values here; use the API for more");
            var (id, fault) = await ReferenceSearch.ResolveAsync(api, kind, text);
            if (fault is not null)
                return new(posted, posted.Count == 1 && text == posted[0]!.Trim() ? fault : $"“{text}” {fault}");
            ids.Add(id);
        }
        return new(ids.ToArray(), null);
    }
}
