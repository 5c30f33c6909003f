namespace Tallystick.Billing.Tests.Verification;

/// <summary>What the verifier has computed for a line.</summary>
internal sealed record Computed(Exact Amount)
{
    /// <summary>The bands with exact units; null for a flat line.</summary>
    public IReadOnlyList<Band>? Bands { get; init; }

    /// <summary>Quantity per unit of the bands; null if the quantity of each band is its units.</summary>
    public Exact? PerUnit { get; init; }

    public Exact Quantity { get; init; } = 1;

    public Exact Units { get; init; } = 1;

    /// <summary>Price of one unit of a flat line; null if it is the amount.</summary>
    public Exact? UnitPrice { get; init; }

    /// <summary>Subtotal of a line that is not simply rounded; null if it is.</summary>
    public Exact? Subtotal { get; init; }

    /// <summary>Converted subtotal of a line that is not simply converted; null if it is.</summary>
    public Exact? Converted { get; init; }

    /// <summary>Whether it is a part of something that was divided, stored with 18 decimal places.</summary>
    public bool IsPart { get; init; }

    /// <summary>Whether the quantities of the bands are sums over several accounts or a share of those.</summary>
    public bool IsOfAccounts { get; init; }

    /// <summary>The quantity to which those add up; null for that of the line.</summary>
    public Exact? BandQuantity { get; init; }

    /// <summary>Average price of a unit; null if it is that of the bands.</summary>
    public Exact? Average { get; init; }

    /// <summary>The facts in <c>additional</c>.</summary>
    public SortedDictionary<string, Exact> Facts { get; init; } = [];
}

/// <summary>What is known of a bill while its lines are verified.</summary>
internal sealed class BillFacts
{
    public required string Currency { get; init; }

    public required IReadOnlyDictionary<string, CurrencyRule> Currencies { get; init; }

    public required IReadOnlyList<ExplainedLine> Lines { get; init; }

    public required Faults Faults { get; init; }

    /// <summary>Lines that other lines replace, by id: divided lines, and lines without free units.</summary>
    public required ILookup<string, ReplacedLine> Replaced { get; init; }

    public CurrencyRule Billing => RuleOf(Currency);

    public CurrencyRule RuleOf(string currency) => Currencies.TryGetValue(currency, out var rule)
        ? rule : throw new FormatException($"There is no rounding of {currency}.");

    public ExplainedLine? Find(string id) => Lines.FirstOrDefault(line => line.Id == id);

    /// <summary>The line as it was before other lines replaced it, or as it is.</summary>
    public IReadOnlyList<ReplacedLine> Versions(string id)
    {
        if (Replaced[id].Any())
            return [.. Replaced[id]];
        if (Find(id) is { } line)
            return [new ReplacedLine(id, line.Subtotal, line.Converted, line.Currency, line.Rate)];
        Faults.Say($"there is no line {id}");
        return [];
    }
}

/// <summary>A line that is not on the bill as it was.</summary>
internal sealed record ReplacedLine(string Id, Exact Subtotal, Exact Converted, string Currency, Exact Rate);
