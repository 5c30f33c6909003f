using System.Text.Json;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;

namespace Tallystick.Billing.Statements;

/// <summary>What a statement was generated from, to see later whether it still holds.</summary>
/// <param name="BillCalculated">When the bill had last been calculated.</param>
/// <param name="DefinitionId">UUID of the statement definition; null for none.</param>
/// <param name="DefinitionVersion">Its version.</param>
/// <param name="Expiry">When the files expire.</param>
public sealed record StatementBasis(
    Instant BillCalculated, string? DefinitionId, long? DefinitionVersion, Instant Expiry)
{
    /// <summary>
    /// True if the bill was deleted since. A bill that is created again has the same id, but not this statement.
    /// </summary>
    public bool? IsOfDeletedBill { get; init; }

    /// <summary>The document kind: one basis per complete job, by the id of the job.</summary>
    public static DocumentKind Kind { get; } = new("statement_basis", [], _ => []);

    /// <summary>The basis of a statement of a bill by a definition.</summary>
    internal static StatementBasis Of(Bill bill, StatementDefinition? definition, Instant now) => new(
        bill.LastCalculatedDate, definition?.Id, definition?.Version, now + StatementFiles.Lifetime);

    /// <summary>The bases of jobs, by their ids.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, StatementBasis>> OfAsync(
        ResourceReader related, IReadOnlyList<string> jobIds) =>
        (await related.FindDocumentsAsync(Kind, jobIds)).ToDictionary(
            found => found.Key,
            found => JsonSerializer.Deserialize(found.Value.Span, BillingJson.Format.StatementBasis)!,
            StringComparer.Ordinal);

    /// <summary>Invalidates the statements of a bill that is deleted.</summary>
    internal static async ValueTask InvalidateAsync(ResourceChange change, string billId)
    {
        var jobs = await change.Related.ListAsync<StatementJob>(
            Condition.Equal(StatementJobResource.BillColumn, billId));
        foreach (var (jobId, basis) in await OfAsync(change.Related, [.. jobs.Select(job => job.Id)]))
            await (basis with { IsOfDeletedBill = true }).KeepAsync(change, jobId);
    }

    /// <summary>Stores it.</summary>
    internal ValueTask KeepAsync(ResourceChange change, string jobId) => change.PutDocumentAsync(
        Kind, jobId, JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.StatementBasis));
}

/// <summary>The files of statements.</summary>
public static class StatementFiles
{
    /// <summary>The kind of their keys.</summary>
    public const string Kind = "statements";

    internal const long MaxLength = 256L * 1024 * 1024;

    /// <summary>How long a statement is kept.</summary>
    public static Duration Lifetime { get; } = Duration.FromDays(90);

    /// <summary>How long the usage of a line is kept, which is generated for each request.</summary>
    public static Duration LineLifetime { get; } = Duration.FromHours(1);

    /// <summary>The key of the JSON file of a job.</summary>
    public static FileKey Json(string organizationId, string jobId) =>
        FileKey.Of(Kind, organizationId, $"{jobId}/statement.json");

    /// <summary>The key of the CSV file of a job.</summary>
    public static FileKey Csv(string organizationId, string jobId) =>
        FileKey.Of(Kind, organizationId, $"{jobId}/statement.csv");

    /// <summary>The key of the usage of a line of a bill.</summary>
    public static FileKey Line(string organizationId, string id) =>
        FileKey.Of(Kind, organizationId, $"{id}/usage.json");
}
