using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Files;

namespace Tallystick.Billing.Statements;

/// <summary>Generates statements and stores them as files.</summary>
public sealed class StatementGenerator(ResourceService resources, UsageReader usage, IFileStore files, IClock clock)
{
    /// <summary>Generates the statement of a job and stores its files.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="job">The job.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="StatementException">It cannot be generated.</exception>
    public async Task<StatementBasis> GenerateAsync(
        string organizationId, StatementJob job, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var bill = await related.FindAsync<Bill>(job.BillId)
            ?? throw new StatementException($"bill '{job.BillId}' does not exist");
        var meterIds = job.Filters?.MeterIds ?? [];
        var input = await StatementInput.ReadAsync(
            related, bill, line => meterIds.Count == 0 || (line.MeterId is { } id && meterIds.Contains(id)));
        var statement = await ReadAsync(input, cancellationToken);
        var basis = StatementBasis.Of(bill, input.Chosen, clock.GetCurrentInstant());
        await PutAsync(
            StatementFiles.Json(organizationId, job.Id), StatementJson.Write(statement), "application/json",
            basis.Expiry, cancellationToken);
        if (job.IncludeCsvFormat is true)
            await PutAsync(
                StatementFiles.Csv(organizationId, job.Id), StatementCsv.Write(statement), "text/csv", basis.Expiry,
                cancellationToken);
        return basis;
    }

    /// <summary>Generates the usage of one line of a bill as JSON.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="billId">UUID of the bill.</param>
    /// <param name="lineId">UUID of the line.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The key of the file.</returns>
    /// <exception cref="NotFoundException">There is no such usage line.</exception>
    /// <exception cref="StatementException">It cannot be generated.</exception>
    public async Task<FileKey> GenerateLineAsync(
        string organizationId, string billId, string lineId, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var bill = await related.FindAsync<Bill>(billId)
            ?? throw ResourceService.NotFound(BillResource.Definition, billId);
        var line = bill.LineItems?.FirstOrDefault(line => line.Id == lineId)
            ?? throw new NotFoundException($"The bill has no line item '{lineId}'");
        if (!StatementInput.IsUsage(line))
            throw new NotFoundException($"The line item '{lineId}' has no usage");
        var statement = await ReadAsync(
            await StatementInput.ReadAsync(related, bill, one => one.Id == lineId), cancellationToken);
        var key = StatementFiles.Line(organizationId, Guid.CreateVersion7().ToString());
        await PutAsync(
            key, StatementJson.Write(statement), "application/json",
            clock.GetCurrentInstant() + StatementFiles.LineLifetime, cancellationToken);
        return key;
    }

    /// <summary>Deletes the files of a job that did not complete.</summary>
    internal async Task DiscardAsync(string organizationId, string jobId, CancellationToken cancellationToken)
    {
        await files.DeleteAsync(StatementFiles.Json(organizationId, jobId), cancellationToken);
        await files.DeleteAsync(StatementFiles.Csv(organizationId, jobId), cancellationToken);
    }

    private async Task<Statement> ReadAsync(StatementInput input, CancellationToken cancellationToken)
    {
        try
        {
            return await new StatementReader(usage, input, cancellationToken).ReadAsync();
        }
        catch (OverflowException overflow)
        {
            throw new StatementException($"The usage has too many digits: {overflow.Message}", overflow);
        }
    }

    private async Task PutAsync(
        FileKey key, byte[] content, string contentType, Instant expiry, CancellationToken cancellationToken)
    {
        try
        {
            await files.PutAsync(
                key, new MemoryStream(content),
                new FileTerms { MaxLength = StatementFiles.MaxLength, ContentType = contentType, Expiry = expiry },
                cancellationToken);
        }
        catch (FileLengthException tooLong)
        {
            throw new StatementException(tooLong.Message, tooLong);
        }
    }
}
