using System.IO.Pipelines;
using System.Text;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;

namespace Tallystick.Billing.BillExports;

/// <summary>Writes bills into a CSV file, a few bills at a time.</summary>
public sealed class BillExport(ResourceService resources, IFileStore files, IClock clock)
{
    /// <summary>Maximum number of bills in a file.</summary>
    public const int MaxBills = 5000;

    private const string FileKind = "bill-csv";
    private const int BillsAtATime = 100;
    private const long MaxLength = 1L << 30;

    private static readonly Duration Lifetime = Duration.FromHours(1);

    /// <summary>Writes a file that is kept for an hour.</summary>
    /// <param name="organizationId">UUID of the organization.</param>
    /// <param name="bills">Selects the bills.</param>
    /// <param name="accounts">Selects the accounts whose names the caller may see; others are shown by code.</param>
    /// <param name="format">The format.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The key of the file.</returns>
    /// <exception cref="RefusedException">There are too many bills. No file was written.</exception>
    public async Task<FileKey> WriteAsync(
        string organizationId, Condition bills, Condition accounts, BillFileFormat format,
        CancellationToken cancellationToken)
    {
        var key = FileKey.Of(FileKind, organizationId, $"bills-{Guid.CreateVersion7()}.csv");
        var terms = new FileTerms
        {
            MaxLength = MaxLength,
            Expiry = clock.GetCurrentInstant() + Lifetime,
            ContentType = "text/csv",
        };
        var pipe = new Pipe();
        var writing = FillAsync(pipe.Writer, RowsAsync(organizationId, bills, accounts, format, cancellationToken));
        try
        {
            await using var content = pipe.Reader.AsStream();
            await files.PutAsync(key, content, terms, cancellationToken);
        }
        catch (FileLengthException)
        {
            throw new RefusedException(new Issue("limit", "", "The file would be larger than 1 GiB"));
        }
        finally
        {
            await writing;
        }
        return key;
    }

    // A fault of the rows is thrown to the reader of the pipe. If the reader stops early, so does this.
    private static async Task FillAsync(PipeWriter writer, IAsyncEnumerable<string> rows)
    {
        Exception? fault = null;
        try
        {
            await foreach (var row in rows)
            {
                if ((await writer.WriteAsync(Encoding.UTF8.GetBytes(row))).IsCompleted)
                    break;
            }
        }
        catch (Exception exception)
        {
            fault = exception;
        }
        await writer.CompleteAsync(fault);
    }

    private async IAsyncEnumerable<string> RowsAsync(
        string organizationId, Condition bills, Condition accounts, BillFileFormat format,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        yield return BillCsv.Head(format);
        long after = 0;
        for (var count = 0; ;)
        {
            var page = await related.PageAsync<Bill>(bills, BillsAtATime, after);
            count += page.Count;
            if (count > MaxBills)
                throw new RefusedException(new Issue(
                    "limit", "", $"More than {MaxBills} bills match. Request a shorter period."));
            var ids = page.Select(one => one.Entity.AccountId).Distinct().ToList();
            var names = (await related.ListAsync<Account>(Condition.And(new Condition.In("id", ids), accounts)))
                .ToDictionary(account => account.Id, account => account.Name, StringComparer.Ordinal);
            foreach (var (bill, _) in page)
                yield return BillCsv.Rows(format, bill, names.GetValueOrDefault(bill.AccountId, bill.AccountCode));
            if (page.Count < BillsAtATime)
                yield break;
            after = page[^1].Place;
        }
    }
}
