using System.Text.Json;

namespace Tallystick.Billing.BillRuns;

/// <summary>How far a bill job is.</summary>
/// <param name="Terms">
/// Fingerprint of the prices that it bills by. When they have changed during an interruption the job begins anew, so
/// that all its bills are of one price list.
/// </param>
/// <param name="Before">Place of the account billed last; accounts are billed newest first.</param>
/// <param name="Accounts">Number of accounts billed.</param>
internal sealed record BillJobCheckpoint(string Terms, long Before, long Accounts)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    internal static BillJobCheckpoint? Parse(string? text) =>
        text is null ? null : JsonSerializer.Deserialize(text, BillingJson.Format.BillJobCheckpoint);

    /// <summary>As the queue keeps it.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, BillingJson.Format.BillJobCheckpoint);
}
