using System.Diagnostics;
using System.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// A running upload. First reads the whole file to check its form and count its rows, so that a malformed file adds
/// nothing; then reads it again and appends its rows.
/// </summary>
internal sealed class MeasurementUploadRun(
    UploadTools tools, string organizationId, MeasurementUploadJob job, UploadProgress reached) : IJobRun, IDisposable
{
    private const int MaxRefused = MeasurementUploads.MaxInvalidRows;
    private const int MaxBatches = 20;
    private static readonly TimeSpan StepTime = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);

    private readonly FileBatch _batch = new(tools.Options, organizationId, job.Id);
    private UploadProgress _reached = reached;
    private IReadOnlyList<string>? _columns = job.Columns;
    private RowReader? _rows;
    private CsvColumns? _csv;
    private long _counted;
    private FilledBatch? _filled; // not in the log yet

    /// <summary>Whether the whole file was checked.</summary>
    internal bool IsChecked { get; set; }

    /// <summary>Whether the log no longer shows which rows it has.</summary>
    internal bool IsLost { get; init; }

    private bool IsCsv => job.Meter is not null;

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        string? failure = null;
        try
        {
            if (IsLost)
                throw new UploadFault(
                    "The upload was interrupted for so long that it cannot continue. Check which rows were counted");
            if (IsChecked ? await AppendSomeAsync(cancellationToken) : await CheckSomeAsync(cancellationToken))
                return true;
        }
        catch (UploadFault fault)
        {
            failure = fault.Message;
        }
        catch (Exception fault) when (fault is LoadRefusedException or StoreUnavailableException
            or AppendUnknownException)
        {
            // The next attempt finds in the log what was stored.
            throw new RefusedException(new Issue("log", "", $"Measurements cannot be stored: {fault.Message}"));
        }
        await tools.Resources.ChangeAsync(
            organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await EndAsync(change, job.Id, failure);
            await JobQueue.RemoveAsync(change, job.Id);
            return true;
        });
        return false;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _rows = null;
    }

    /// <summary>Ends a job.</summary>
    /// <param name="change">The change.</param>
    /// <param name="id">UUID of the job.</param>
    /// <param name="failure">Reason for the failure; null if it succeeded.</param>
    internal static async ValueTask EndAsync(ResourceChange change, string id, string? failure)
    {
        if (await change.Related.FindAsync<MeasurementUploadJob>(id)
            is { Status: MeasurementUploadStatus.Running } current)
            await change.PutAsync(MeasurementUploadResource.Definition, current, current with
            {
                Status = failure is null ? MeasurementUploadStatus.Succeeded : MeasurementUploadStatus.Failed,
                FailureReason = failure,
            });
    }

    private async Task<bool> CheckSomeAsync(CancellationToken cancellationToken)
    {
        _rows ??= await OpenAsync(default, cancellationToken);
        var time = Stopwatch.StartNew();
        while (_rows.TryRead())
        {
            _counted++;
            if (time.Elapsed > StepTime)
                return true;
        }
        Dispose();
        IsChecked = true;
        return await SaveAsync(new LogPosition(job.LogPosition), cancellationToken);
    }

    private async Task<bool> AppendSomeAsync(CancellationToken cancellationToken)
    {
        if (_reached.Refused >= MaxRefused)
            throw new UploadFault(FormattableString.Invariant(
                $"Reading stopped at row {_reached.Rows:N0}, the {MaxRefused:N0}th invalid row. ")
                + "The valid rows before it were accepted");
        if (!await tools.Intake.HasRoomForFilesAsync(cancellationToken))
        {
            await Task.Delay(BusyPause, cancellationToken);
            return true;
        }
        _rows ??= await OpenAsync(_reached, cancellationToken);
        var time = Stopwatch.StartNew();
        var isEnd = false;
        for (var batches = 0; !isEnd && batches < MaxBatches && time.Elapsed < StepTime
            && _reached.Refused < MaxRefused; batches++)
        {
            var filled = _filled ??= Fill(time);
            if (_batch.Count > 0 && !await TryAppendAsync(filled, cancellationToken))
                break; // The next step tries again.
            _filled = null;
            (_reached, isEnd) = (filled.Next, filled.IsLast);
        }
        var isKept = await SaveAsync(tools.Log.End, cancellationToken);
        return isKept && !isEnd;
    }

    private async ValueTask<bool> TryAppendAsync(FilledBatch filled, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Intake.AppendAsync(_batch, filled.Bytes, cancellationToken);
            return true;
        }
        catch (LogBusyException)
        {
            await Task.Delay(BusyPause, cancellationToken);
            return false;
        }
    }

    // Fills the batch with the next rows, as far as the time of the step allows.
    private FilledBatch Fill(Stopwatch time)
    {
        var (next, isLast) = (_reached, false);
        _batch.Begin(tools.Clock.GetCurrentInstant());
        while (!_batch.IsFull && next.Refused < MaxRefused && (_batch.Count == 0 || time.Elapsed < StepTime))
        {
            isLast = !_rows!.TryRead();
            if (isLast)
                break;
            var reason = TryAdd(next.Rows + 1);
            if (reason is not null)
                Refuse(next.Rows + 1, reason);
            next = new UploadProgress(
                _rows.Offset, _rows.Line, next.Accepted + (reason is null ? 1 : 0),
                next.Refused + (reason is null ? 0 : 1));
        }
        return new FilledBatch(_batch.End(next.ToSource(job.Id)), next, isLast);
    }

    private string? TryAdd(long row)
    {
        if (_rows!.IsTooLong)
            return FormattableString.Invariant($"The row must have at most {RowWindow.MaxRow} bytes");
        if (_csv is null)
            return _batch.TryAdd(row, _rows.Row);
        return _csv.TryWrite(_rows.Row, out var json) ?? _batch.TryAdd(row, json);
    }

    private void Refuse(long row, string reason)
    {
        var text = _rows!.Row;
        var account = _csv is null ? RefusedRow.AccountOf(text) : _csv.AccountOf(text);
        if (text.Length > RefusedRow.MaxText)
            text = text[..RefusedRow.MaxText];
        _batch.AddRefused(
            new RefusedRow(job.Id, row, _rows.RowLine, reason, Encoding.UTF8.GetString(text)), job.Meter ?? "",
            account ?? "");
    }

    private async ValueTask<RowReader> OpenAsync(UploadProgress from, CancellationToken cancellationToken)
    {
        var opened = await tools.Files.OpenAsync(
            MeasurementUploads.KeyOf(organizationId, job.Id), cancellationToken)
            ?? throw new UploadFault("The uploaded file no longer exists. Upload it again");
        var window = new RowWindow(new UploadedFile(opened.Content));
        RowReader rows;
        try
        {
            rows = IsCsv ? await OpenCsvAsync(window, cancellationToken) : new JsonRows(window);
            if (from.Rows > 0)
                rows.Resume(from.Offset, from.Line);
        }
        catch
        {
            window.Dispose();
            throw;
        }
        return rows;
    }

    // The columns are resolved once, so that a change of the meter does not affect a file that is half read.
    private async ValueTask<CsvRows> OpenCsvAsync(RowWindow window, CancellationToken cancellationToken)
    {
        var rows = new CsvRows(window);
        var header = rows.ReadHeader();
        if (_columns is null)
        {
            var meter = await tools.Catalog.FindMeterAsync(organizationId, job.Meter!, cancellationToken)
                ?? throw new UploadFault($"Meter '{job.Meter}' does not exist");
            _columns = CsvColumns.Resolve(header, meter.Meter);
        }
        _csv = new CsvColumns(_columns, job.Meter!);
        return rows;
    }

    // Returns false, with nothing saved, if the job is no longer in the queue.
    private Task<bool> SaveAsync(LogPosition position, CancellationToken cancellationToken) =>
        tools.Resources.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            var checkpoint = new UploadCheckpoint(position, _reached).ToString();
            if (!await JobQueue.SaveCheckpointAsync(change, job.Id, checkpoint)
                || await change.Related.FindAsync<MeasurementUploadJob>(job.Id) is not { } current)
                return false;
            await change.WriteWithoutEventAsync(MeasurementUploadResource.Definition, current, current with
            {
                Columns = _columns,
                TotalRows = Math.Max(current.TotalRows, _counted),
                ProcessedRows = _reached.Accepted,
                FailedRows = _reached.Refused,
            });
            return true;
        });

    /// <summary>A batch of rows.</summary>
    /// <param name="Bytes">The batch; valid until the next one is filled.</param>
    /// <param name="Next">The progress once it is in the log.</param>
    /// <param name="IsLast">Whether the file ends after it.</param>
    private sealed record FilledBatch(ReadOnlyMemory<byte> Bytes, UploadProgress Next, bool IsLast);
}
