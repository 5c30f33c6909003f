using System.Data.Common;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Reads documents on one connection.</summary>
internal sealed class DocumentReader(SqlRunner runner, TableLayouts tables) : IDocumentReader
{
    private readonly DocumentStatements _statements = new(runner.Dialect);

    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        var table = tables[kind];
        if (!StorableText.IsStorable(organizationId) || !StorableText.IsStorable(id))
            return null;
        var found = await runner.ReadAsync(_statements.Find(table, organizationId, id), Read, cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
    {
        var statement = _statements.Query(tables[kind], organizationId, query);
        return StorableText.IsStorable(organizationId)
            ? await runner.ReadAsync(statement, Read, cancellationToken)
            : [];
    }

    private static Document Read(DbDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3));
}
