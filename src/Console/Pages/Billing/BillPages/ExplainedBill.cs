using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.BillPages;

/// <summary>A bill with the explanation of its lines, and the names of what they refer to.</summary>
public sealed class ExplainedBill
{
    // An explanation reads the usage of each line again: a page of more lines asks before it does.
    private const int MaxLines = 200;

    private readonly Dictionary<string, LineExplanation> _lines = [];
    private readonly Dictionary<string, string> _names = [];

    private ExplainedBill(Bill bill, NodaTime.DateTimeZone zone) => (Bill, Zone) = (bill, zone);

    internal Bill Bill { get; }

    /// <summary>The time zone of the bill, in which its periods begin and end.</summary>
    internal NodaTime.DateTimeZone Zone { get; }

    /// <summary>The names of accounts and plans.</summary>
    internal NameBook Names { get; } = new();

    /// <summary>The explanation; null if there is none.</summary>
    internal BillExplanation? Explanation { get; private set; }

    /// <summary>Why there is no explanation; null if there is one, or if it was not asked for.</summary>
    internal string? Fault { get; private set; }

    internal DerivationWords Words => new(NameOf);

    /// <summary>The lines in their order.</summary>
    internal IReadOnlyList<BillLineItem> Lines => Bill.LineItems ?? [];

    /// <summary>Whether the lines are too many to be explained without being asked.</summary>
    internal static bool IsLong(Bill bill) => bill.LineItems?.Count > MaxLines;

    internal static async Task<ExplainedBill> ReadAsync(OrganizationApi api, Bill bill, bool isAsked)
    {
        var zone = NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(bill.Timezone) ?? NodaTime.DateTimeZone.Utc;
        var read = new ExplainedBill(bill, zone);
        foreach (var line in read.Lines)
            read.Name(line);
        if (isAsked || !IsLong(bill))
            await read.ExplainAsync(api);
        await read.ReadNamesAsync(api);
        return read;
    }

    internal LineExplanation? Of(BillLineItem line) => _lines.GetValueOrDefault(line.Id);

    private string NameOf(string id) => _names.GetValueOrDefault(id)
        ?? (Names.Of(References.Accounts, id) is { } name && name != id ? name : $"\"{id}\"");

    private void Name(BillLineItem line)
    {
        _names[line.Id] = $"line {line.SequenceNumber} ({line.Description})";
        if (line.CommitmentId is { } commitment)
            _names[commitment] = "the prepayment";
        if (line.BalanceId is { } balance)
            _names[balance] = "the balance";
    }

    // The bill is shown even if it cannot be explained now.
    private async Task ExplainAsync(OrganizationApi api)
    {
        try
        {
            Explanation = await api.Client.Bills.ExplainAsync(Bill.Id, api.Cancelled);
            foreach (var line in Explanation.Lines ?? [])
                _lines[line.Line.Id] = line;
        }
        catch (TallystickApiException refused)
        {
            Fault = Components.Faults.Describe(refused);
        }
    }

    private async Task ReadNamesAsync(OrganizationApi api)
    {
        var measured = _lines.Values.SelectMany(line => line.Measured ?? []);
        await Names.ReadAsync(api, References.Accounts, [
            Bill.AccountId, .. Lines.Select(line => line.ChildAccountId),
            .. measured.Select(value => value.AccountId)]);
        await Names.ReadAsync(api, References.Plans, Lines.Select(line => line.PlanId));
    }
}
