using System.Data.Common;
using Tallystick.Foundation.Resources;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>Reads and writes within the open transaction of one connection.</summary>
internal sealed class DocumentTransaction : IDocumentTransaction
{
    private readonly SqlRunner _runner;
    private readonly TableLayouts _tables;
    private readonly string _organizationId;
    private readonly DocumentReader _reader;
    private readonly DocumentStatements _statements;
    private bool _isOver;

    private DocumentTransaction(SqlRunner runner, TableLayouts tables, string organizationId)
    {
        (_runner, _tables, _organizationId) = (runner, tables, organizationId);
        _reader = new DocumentReader(runner, tables);
        _statements = new DocumentStatements(runner.Dialect);
    }

    /// <summary>Runs the work as one change of the organization.</summary>
    /// <param name="runner">The connection, used by nobody else until the change is over.</param>
    /// <param name="tables">The store's tables.</param>
    /// <param name="organizationId">The organization.</param>
    /// <param name="enter">Statement that keeps out other changes of the organization, or null.</param>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Ends the change, undone, unless it is being committed.</param>
    internal static Task<T> RunAsync<T>(
        SqlRunner runner,
        TableLayouts tables,
        string organizationId,
        SqlText? enter,
        Func<IDocumentTransaction, ValueTask<T>> work,
        CancellationToken cancellationToken) => runner.TransactAsync(
        async () =>
        {
            if (enter is not null)
                await runner.ExecuteAsync(enter, cancellationToken);
            var transaction = new DocumentTransaction(runner, tables, organizationId);
            try
            {
                return await work(transaction);
            }
            finally
            {
                transaction._isOver = true;
            }
        },
        cancellationToken);

    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        RequireOpen();
        return await _reader.FindAsync(kind, organizationId, id, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
    {
        RequireOpen();
        return await _reader.QueryAsync(kind, organizationId, query, cancellationToken);
    }

    public async ValueTask InsertAsync(
        DocumentKind kind, string organizationId, DocumentWrite write, CancellationToken cancellationToken)
    {
        var table = RequireWritable(kind, organizationId, write);
        await WriteAsync(table, _statements.Insert(table, organizationId, write), cancellationToken);
    }

    public async ValueTask<bool> UpdateAsync(
        DocumentKind kind,
        string organizationId,
        long expectedVersion,
        DocumentWrite write,
        CancellationToken cancellationToken)
    {
        var table = RequireWritable(kind, organizationId, write);
        var update = _statements.Update(table, organizationId, expectedVersion, write);
        return await WriteAsync(table, update, cancellationToken) > 0;
    }

    public async ValueTask<bool> DeleteAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        RequireOpen();
        RequireOwn(organizationId);
        var table = _tables[kind];
        return StorableText.IsStorable(id)
            && await WriteAsync(table, _statements.Delete(table, organizationId, id), cancellationToken) > 0;
    }

    public async ValueTask<int> DeleteAllAsync(
        DocumentKind kind, string organizationId, Condition condition, CancellationToken cancellationToken)
    {
        RequireOpen();
        RequireOwn(organizationId);
        var table = _tables[kind];
        return await WriteAsync(table, _statements.DeleteAll(table, organizationId, condition), cancellationToken);
    }

    private async Task<int> WriteAsync(TableLayout table, SqlText sql, CancellationToken cancellationToken)
    {
        try
        {
            return await _runner.ExecuteAsync(sql, cancellationToken);
        }
        catch (DbException failure) when (_runner.Dialect.FindClash(failure, table) is { } column)
        {
            if (_runner.Dialect.UndoFailedWrite is { } undo)
                await _runner.ExecuteAsync(undo, cancellationToken);
            throw new DuplicateKeyException(table.Kind.Name, column);
        }
    }

    private TableLayout RequireWritable(DocumentKind kind, string organizationId, DocumentWrite write)
    {
        RequireOpen();
        RequireOwn(organizationId);
        var table = _tables[kind];
        var columns = table.Kind.Columns;
        if (write.Columns.Count != columns.Count)
        {
            throw new ArgumentException(
                $"A {kind.Name} has {columns.Count} columns, but {write.Columns.Count} values are given.");
        }

        StorableText.Require(write.Id, "id");
        for (var i = 0; i < write.Columns.Count; i++)
            StorableText.Require(write.Columns[i], columns[i].Name);
        return table;
    }

    private void RequireOpen()
    {
        if (_isOver)
            throw new InvalidOperationException("The transaction is over.");
    }

    /// <summary>Changes of another organization may be running, so nothing of it may be written here.</summary>
    private void RequireOwn(string organizationId)
    {
        if (organizationId != _organizationId)
            throw new ArgumentException("A transaction writes documents of its own organization only.");
    }
}
