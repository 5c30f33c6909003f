using System.Text.Json;

namespace Tallystick.Billing.BillRuns;

/// <summary>Progress of a bill job.</summary>
/// <param name="Terms">
/// Fingerprint of the prices. If they have changed during an interruption, the job restarts, so that all of its bills
/// use the same prices.
/// </param>
/// <param name="Before">Position of the last account billed; accounts are billed newest first.</param>
/// <param name="Accounts">Number of accounts billed.</param>
internal sealed record BillJobCheckpoint(string Terms, long Before, long Accounts)
{
    /// <summary>Parses the output of <see cref="ToString"/>.</summary>
    internal static BillJobCheckpoint? Parse(string? text) =>
        text is null ? null : JsonSerializer.Deserialize(text, BillingJson.Format.BillJobCheckpoint);

    /// <summary>The form stored in the queue.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, BillingJson.Format.BillJobCheckpoint);
}
