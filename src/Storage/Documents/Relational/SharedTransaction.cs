using System.Data.Common;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// A transaction shared by consecutive changes of one organization, with a single commit. A failed change is rolled
/// back separately; if writes are optimistic, all changes run again.
/// </summary>
internal sealed class SharedTransaction
{
    /// <summary>Changes wait for later changes at most this long, plus the duration of the last change.</summary>
    private static readonly TimeSpan Max = TimeSpan.FromMilliseconds(5);

    private const int MaxChanges = 64;

    private readonly SqlRunner _runner;
    private readonly TableLayouts _tables;
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _changes;
    private int _savepoints;
    private bool _hasWrites;
    private bool _isUndone;
    private Exception? _lost;

    private SharedTransaction(SqlRunner runner, TableLayouts tables, string organizationId, bool isOptimistic) =>
        (_runner, _tables, OrganizationId, IsOptimistic) = (runner, tables, organizationId, isOptimistic);

    internal string OrganizationId { get; }

    /// <summary>
    /// Whether writes are assumed to succeed. They are sent to the engine with the next read or with the commit.
    /// </summary>
    internal bool IsOptimistic { get; }

    /// <summary>
    /// Completes when all changes are committed; fails when none is. Fails with a <see cref="RunAgainException"/> if
    /// the changes may succeed when run again without the assumption that writes succeed.
    /// </summary>
    internal Task End => _end.Task;

    /// <summary>Whether no other change should join.</summary>
    internal bool IsDue =>
        _isUndone || _lost is not null || _changes >= MaxChanges || Stopwatch.GetElapsedTime(_began) > Max;

    /// <summary>Begins a shared transaction.</summary>
    /// <param name="runner">The connection.</param>
    /// <param name="tables">The store's tables.</param>
    /// <param name="organizationId">The organization whose changes it contains.</param>
    /// <param name="enter">Statement that locks out other changes of the organization, or null.</param>
    /// <param name="isOptimistic">Whether writes are assumed to succeed.</param>
    internal static async Task<SharedTransaction> BeginAsync(
        SqlRunner runner, TableLayouts tables, string organizationId, SqlText? enter, bool isOptimistic)
    {
        var shared = new SharedTransaction(runner, tables, organizationId, isOptimistic);
        await runner.BeginAsync(mayBeOneBatch: isOptimistic);
        if (enter is not null)
            await runner.DeferAsync(enter);
        return shared;
    }

    /// <summary>Runs a change in the transaction. A change that throws has written nothing.</summary>
    internal async Task<T> RunAsync<T>(Func<IDocumentTransaction, ValueTask<T>> work)
    {
        _changes++;
        var savepoint = _hasWrites && !IsOptimistic ? $"change_{_savepoints % 2}" : null;
        var change = new DocumentTransaction(_runner, _tables, OrganizationId, SaveAt(savepoint), IsOptimistic);
        try
        {
            var result = await work(change);
            _hasWrites |= change.HasWritten;
            return result;
        }
        catch (Exception failure) when (change.HasWritten || _runner.HasFailed)
        {
            // The failure may result from an earlier write that did not succeed.
            if (IsOptimistic)
                _lost = !_runner.HasFailed || IsFailedAssumption(failure) ? new RunAgainException(failure) : failure;
            else
                await UndoAsync(change.HasWritten ? savepoint : null, failure);
            throw;
        }
        finally
        {
            change.Close();
            if (change.HasWritten && savepoint is not null)
                _savepoints++;
        }
    }

    /// <summary>Commits all changes or none, and completes <see cref="End"/>.</summary>
    internal async Task CloseAsync()
    {
        try
        {
            if (_lost is not null)
                ExceptionDispatchInfo.Throw(_lost);
            if (!_isUndone)
                await _runner.CommitAsync();
            _end.SetResult();
        }
        catch (Exception failure)
        {
            try
            {
                await _runner.RollbackAsync();
            }
            finally
            {
                _end.SetException(
                    IsOptimistic && IsFailedAssumption(failure) ? new RunAgainException(failure) : failure);
            }
        }
    }

    private bool IsFailedAssumption(Exception failure) =>
        failure is DbException engine && _runner.Dialect.IsFailedAssumption(engine);

    // Only one savepoint exists at a time, and the next one has a different name, so that restoring a savepoint that
    // could not be created fails.
    private SqlText? SaveAt(string? savepoint)
    {
        if (savepoint is null)
            return null;
        var save = new SqlText().Append($"SAVEPOINT {savepoint}");
        return _savepoints == 0
            ? save
            : new SqlText().Append($"RELEASE SAVEPOINT change_{(_savepoints - 1) % 2}").Then(save);
    }

    private async Task UndoAsync(string? savepoint, Exception failure)
    {
        try
        {
            if (savepoint is not null)
            {
                await _runner.RestoreAsync(savepoint);
            }
            else if (!_hasWrites)
            {
                _isUndone = true;
                await _runner.RollbackAsync();
            }
            else
            {
                _lost = failure;
            }
        }
        catch (Exception undoing) when (undoing is DbException or InvalidOperationException)
        {
            _lost = failure;
        }
    }
}
