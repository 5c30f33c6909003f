using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// Runs changes sequentially. Changes that arrive during a commit share the next commit, so that the cost per change
/// decreases under load.
/// </summary>
/// <param name="tables">The store's tables.</param>
/// <param name="open">Opens or rents a connection.</param>
/// <param name="enter">Statement that prevents other processes from changing an organization, or null.</param>
internal sealed class WriteQueue(
    TableLayouts tables, Func<ValueTask<SqlRunner>> open, Func<string, SqlText?> enter)
{
    private readonly SemaphoreSlim _turn = new(1);
    private SharedTransaction? _shared;
    private SqlRunner? _runner;
    private int _waiting;
    private bool _isClosed;
    private (Exception Failure, long At)? _outage;

    /// <summary>Returns the connection.</summary>
    internal required Func<SqlRunner, ValueTask> Release { get; init; }

    /// <summary>Whether writes are first assumed to succeed, so that they need no round trips of their own.</summary>
    internal required bool IsOptimistic { get; init; }

    /// <summary>
    /// Whether a failure shows that the engine is lost or hangs. The failure then applies to all changes waiting at
    /// that time; otherwise each of them would discover it separately, one after the other, after an equally long wait.
    /// </summary>
    internal required Func<Exception, bool> IsLost { get; init; }

    /// <summary>Runs the work as one change of the organization.</summary>
    internal async Task<T> RunAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(organizationId, IsOptimistic, work, cancellationToken);
        }
        catch (RunAgainException)
        {
            return await RunAsync(organizationId, isOptimistic: false, work, cancellationToken);
        }
    }

    /// <summary>Waits for the running change; later changes are refused.</summary>
    internal async ValueTask CloseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _isClosed = true;
            if (_shared is not null)
                await CloseSharedAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> RunAsync<T>(
        string organizationId,
        bool isOptimistic,
        Func<IDocumentTransaction, ValueTask<T>> work,
        CancellationToken cancellationToken)
    {
        var asked = Stopwatch.GetTimestamp();
        // A queued change is never cancelled before its turn: the previous change may rely on it to commit.
        Interlocked.Increment(ref _waiting);
        await _turn.WaitAsync(CancellationToken.None);
        Interlocked.Decrement(ref _waiting);
        SharedTransaction? shared = null;
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            cancellationToken.ThrowIfCancellationRequested();
            if (_outage is { } outage && outage.At >= asked)
                throw new StoreOutageException(outage.Failure);
            shared = await JoinAsync(organizationId, isOptimistic);
            result = await shared.RunAsync(work);
        }
        catch (Exception thrown)
        {
            Note(thrown);
            failure = ExceptionDispatchInfo.Capture(thrown);
        }
        finally
        {
            await EndTurnAsync();
        }

        // Refused changes wait too: the reason may be a change that is then not committed.
        if (shared is not null)
            await shared.End;
        failure?.Throw();
        return result!;
    }

    private async ValueTask<SharedTransaction> JoinAsync(string organizationId, bool isOptimistic)
    {
        if (_shared is not null && (_shared.OrganizationId, _shared.IsOptimistic) != (organizationId, isOptimistic))
            await CloseSharedAsync();
        if (_shared is not null)
            return _shared;
        _runner = await open();
        try
        {
            return _shared = await SharedTransaction.BeginAsync(
                _runner, tables, organizationId, enter(organizationId), isOptimistic);
        }
        catch
        {
            await Release(_runner);
            throw;
        }
    }

    // Pass on the turn whatever the commit does; otherwise no change would ever run again.
    private async ValueTask EndTurnAsync()
    {
        try
        {
            if (_shared is not null && (_shared.IsDue || Volatile.Read(ref _waiting) == 0))
                await CloseSharedAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask CloseSharedAsync()
    {
        var (shared, runner) = (_shared!, _runner!);
        (_shared, _runner) = (null, null);
        try
        {
            await shared.CloseAsync();
        }
        finally
        {
            if (shared.End.Exception?.InnerException is { } failure)
                Note(failure);
            await Release(runner);
        }
    }

    private void Note(Exception failure)
    {
        if (IsLost(failure))
            _outage = (failure, Stopwatch.GetTimestamp());
    }
}
