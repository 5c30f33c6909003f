using Tallystick.Billing.Calculation.Lines;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>The ids of the lines of a bill, for derivations that refer to other lines.</summary>
/// <param name="input">The bill.</param>
internal sealed class LineIds(BillInput input)
{
    // Calculated only if needed, because most bills have no such line.
    private string BillId => field ??= ContentId.OfBill(input.OrganizationId, input.Terms.Account.Id, input.Run);

    /// <summary>UUID of a line.</summary>
    public string Of(Line line) => ContentId.OfLine(BillId, line);
}
