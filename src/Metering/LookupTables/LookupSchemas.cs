using Tallystick.Metering.Expressions;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>Finds the schemas of the published lookup tables that calculations refer to.</summary>
internal static class LookupSchemas
{
    /// <summary>Loads the schemas of tables whose codes are string literals in the calculations.</summary>
    internal static async ValueTask<Func<string, LookupSchema?>> LoadAsync(
        IEnumerable<Expression?> expressions, IResourceReader related)
    {
        var codes = expressions.OfType<Expression>().SelectMany(expression => expression.All())
            .OfType<Expression.Call>().Where(call => call.Function.StartsWith("Lookup.", StringComparison.Ordinal))
            .Select(call => call.Arguments.FirstOrDefault()).OfType<Expression.Text>()
            .Select(code => code.Value).Distinct(StringComparer.Ordinal).ToList();
        if (codes.Count == 0)
            return _ => null;
        var tables = (await related.ListAsync<LookupTable>(new Condition.In("code", codes)))
            .ToDictionary(table => table.Id, table => table.Code, StringComparer.Ordinal);
        var published = await related.ListAsync<LookupTableRevision>(LookupTableResource.PublishedOf([.. tables.Keys]));
        var schemas = published.ToDictionary(revision => tables[revision.LookupTableId], Of, StringComparer.Ordinal);
        return code => schemas.GetValueOrDefault(code);
    }

    private static LookupSchema Of(LookupTableRevision revision) => new(
        revision.Fields.ToDictionary(
            field => field.Name!,
            field => field.Type == LookupTableRevisionFieldType.Number ? ValueKind.Number : ValueKind.Text,
            StringComparer.Ordinal),
        revision.Keys.Count);
}
