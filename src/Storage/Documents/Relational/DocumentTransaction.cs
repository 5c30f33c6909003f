using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>One change within an open transaction, which other changes may share.</summary>
/// <param name="runner">The connection.</param>
/// <param name="tables">The store's tables.</param>
/// <param name="organizationId">The organization.</param>
/// <param name="beforeWriting">
/// Statement to run before the first write, so that the change can be undone without undoing earlier ones; null for
/// none.
/// </param>
/// <param name="isOptimistic">
/// Assumes that writes succeed, so that none needs a round trip of its own. If one fails, a later statement or the
/// commit fails (<see cref="SqlDialect.IsFailedAssumption"/>), and everything that the change has read since is
/// unreliable.
/// </param>
internal sealed class DocumentTransaction(
    SqlRunner runner, TableLayouts tables, string organizationId, SqlText? beforeWriting, bool isOptimistic)
    : IDocumentTransaction
{
    private readonly DocumentReader _reader = new(runner, tables);
    private readonly DocumentStatements _statements = new(runner.Dialect);
    private bool _isOver;

    /// <summary>Whether the change may have written anything.</summary>
    internal bool HasWritten { get; private set; }

    /// <summary>Ends the transaction.</summary>
    internal void Close() => _isOver = true;

    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        RequireOpen(cancellationToken);
        return await _reader.FindAsync(kind, organizationId, id, CancellationToken.None);
    }

    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
    {
        RequireOpen(cancellationToken);
        return await _reader.QueryAsync(kind, organizationId, query, CancellationToken.None);
    }

    public async ValueTask InsertAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken)
    {
        var table = await BeforeWriteAsync(kind, organizationId, write, cancellationToken);
        var sequence = await runner.NextSequenceAsync();
        if (isOptimistic)
            await runner.DeferAsync(_statements.InsertOrFail(table, organizationId, write, sequence));
        else if (!await AnswersAsync(_statements.Insert(table, organizationId, write, sequence)))
            throw new DuplicateKeyException(kind.Name, await FindClashAsync(table, write) ?? "id");
    }

    public async ValueTask AppendAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken)
    {
        var table = await BeforeWriteAsync(kind, organizationId, write, cancellationToken);
        await runner.DeferAsync(
            _statements.InsertOrFail(table, organizationId, write, await runner.NextSequenceAsync()));
    }

    public async ValueTask PutAsync(
        DocumentKind kind, string organizationId, string id, ReadOnlyMemory<byte> json,
        IReadOnlyList<string?> columns, CancellationToken cancellationToken)
    {
        var write = new DocumentWrite(id, 1, json, columns);
        var table = await BeforeWriteAsync(kind, organizationId, write, cancellationToken);
        await runner.DeferAsync(_statements.Put(table, organizationId, write, await runner.NextSequenceAsync()));
    }

    public async ValueTask<bool> UpdateAsync(
        DocumentKind kind,
        string organizationId,
        long expectedVersion,
        DocumentWrite write,
        CancellationToken cancellationToken)
    {
        var table = await BeforeWriteAsync(kind, organizationId, write, cancellationToken);
        if (isOptimistic)
        {
            await runner.DeferAsync(_statements.UpdateOrFail(table, organizationId, expectedVersion, write));
            return true;
        }
        if (await AnswersAsync(_statements.Update(table, organizationId, expectedVersion, write)))
            return true;
        if ((await _reader.FindAsync(kind, organizationId, write.Id, CancellationToken.None))?.Version
            == expectedVersion && await FindClashAsync(table, write) is { } column)
            throw new DuplicateKeyException(kind.Name, column);
        return false;
    }

    public async ValueTask<bool> DeleteAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        var table = await BeforeWriteAsync(kind, organizationId, null, cancellationToken);
        return StorableText.IsStorable(id)
            && await runner.ExecuteAsync(_statements.Delete(table, organizationId, id), CancellationToken.None) > 0;
    }

    public async ValueTask<int> DeleteAllAsync(
        DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken,
        int? limit = null)
    {
        var table = await BeforeWriteAsync(kind, organizationId, null, cancellationToken);
        return await runner.ExecuteAsync(
            _statements.DeleteAll(table, organizationId, condition, limit), CancellationToken.None);
    }

    private async Task<bool> AnswersAsync(SqlText sql) =>
        (await runner.ReadAsync(sql, row => row.GetInt64(0), CancellationToken.None)).Count > 0;

    private async Task<string?> FindClashAsync(TableLayout table, DocumentWrite write)
    {
        foreach (var (column, value) in DocumentStatements.NewUniqueValues(table, write))
        {
            var holder = _statements.Holder(table, organizationId, column, value, write.Id);
            if ((await runner.ReadAsync(holder, row => row.GetString(0), CancellationToken.None)).Count > 0)
                return column;
        }
        return null;
    }

    // A running statement is not interrupted, which would abort the shared transaction.
    private async ValueTask<TableLayout> BeforeWriteAsync(
        DocumentKind kind, string organizationId, DocumentWrite? write, CancellationToken cancellationToken)
    {
        RequireOpen(cancellationToken);
        RequireOwn(organizationId);
        var table = tables[kind];
        if (write is not null)
            RequireStorable(table, write);
        if (!HasWritten && beforeWriting is not null)
            await runner.DeferAsync(beforeWriting);
        HasWritten = true;
        return table;
    }

    private static void RequireStorable(TableLayout table, DocumentWrite write)
    {
        var columns = table.Kind.Columns;
        if (write.Columns.Count != columns.Count)
        {
            throw new ArgumentException(
                $"A {table.Kind.Name} has {columns.Count} columns, but {write.Columns.Count} values are given.");
        }

        if (write.Former is { } former && former.Count != columns.Count)
        {
            throw new ArgumentException(
                $"A {table.Kind.Name} has {columns.Count} columns, but {former.Count} former values are given.");
        }

        StorableText.Require(write.Id, "id");
        for (var i = 0; i < write.Columns.Count; i++)
            StorableText.Require(write.Columns[i], columns[i].Name);
    }

    private void RequireOpen(CancellationToken cancellationToken)
    {
        if (_isOver)
            throw new InvalidOperationException("The transaction has ended.");
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Changes of other organizations may be running, so this change must not write their documents.</summary>
    private void RequireOwn(string written)
    {
        if (written != organizationId)
            throw new ArgumentException("A transaction can write documents of its own organization only.");
    }
}
