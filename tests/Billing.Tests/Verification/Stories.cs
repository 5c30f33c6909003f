using Tallystick.Testing;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>The bills that the verifier is tried on.</summary>
internal static class Stories
{
    private const string Terms = """
        currency CALLS  counts units
        measure  calls  unit CALLS
        plan     basic  from 2025-01-01  standing 10
        price    calls  tiered
        band     from 0   unit 1
        band     from 50  fixed 3  unit 0.333
        """;

    private const string Family = $"""
        {Terms}
        child    uk
        child    de
        usage    calls  2025-01-10  21
        usage    calls  2025-01-11  33  account uk
        usage    calls  2025-01-12  70  account de
        bill     2025-02-01
        """;

    private const string Summary = """
        rate     EUR USD 1.0837
        child    uk
        plan     own  from 2025-01-01  standing 9.995  mode summary  minimum 200  currency EUR
        price    calls  tiered
        band     from 0   unit 1
        band     from 50  fixed 3  unit 0.333
        child    de
        plan     own  from 2025-01-08  standing 9.995  mode summary  minimum 200  currency EUR
        price    calls  tiered
        band     from 0   unit 1
        band     from 50  fixed 3  unit 0.333
        usage    calls  2025-01-10  20  account uk
        usage    calls  2025-01-12  70  account de
        bill     2025-02-01
        """;

    private const string Alone = $"""
        {Terms}
        usage    calls  2025-01-10  124
        bill     2025-02-01
        """;

    private const string Grant = """
        balance  free  from 2025-01-01  to 2026-01-01  currency CALLS
        credit   free  on 2025-01-01  amount 60
        """;

    private const string Prepaid =
        "commitment prepaid  from 2025-01-01  to 2026-01-01  amount 40  types USAGE  separate yes";

    private const string Gifts = """
        price    gifts  tiered  type product-credit
        band     from 0  unit 1
        usage    gifts  2025-01-15  70
        """;

    private const string GlobalGifts = """
        price    more   tiered  type global-credit
        band     from 0  unit 1
        usage    more   2025-01-15  900
        """;

    private const string Late = """
        organization late 90
        plan     basic  from 2025-01-01  standing 12
        price    calls  tiered
        band     from 0   unit 1
        band     from 50  fixed 3  unit 0.333
        usage    calls  2025-01-10  400
        locked   2025-02-01
        """;

    private const string Yearly = "prepaid  from 2025-01-01  to 2026-01-01  amount 900";

    private const string Fees = $"""
        commitment {Yearly}
        fee      prepaid  on 2025-02-01  amount 100  from 2025-01-01  to 2025-02-01
        locked   2025-02-01  frequency adhoc
        """;

    private static string Later { get; } = $"{FeeOn("2025-04-01", 75)}\nbill 2025-04-01  frequency adhoc";

    private static string FeeOn(string date, int amount) =>
        $"fee prepaid  on {date}  amount {amount}  from 2025-01-01  to 2025-04-01";

    /// <summary>Several rules at once, by name.</summary>
    public static IReadOnlyDictionary<string, string> Compositions { get; } = new Dictionary<string, string>
    {
        ["fees, too much on a locked bill"] = $"{Fees}\ncommitment {Yearly}\n{FeeOn("2025-02-01", 60)}\n{Later}",
        ["fees, too little on a locked bill"] = $"{Fees}\n{FeeOn("2025-02-01", 60)}\n{Later}",
        ["late usage"] = $"{Late}\nusage calls 2025-01-20 333\nbill 2025-03-01",
        ["late credit above the charges"] = $"{Late}\nusage calls 2025-01-20 -333\nbill 2025-03-01",
        ["free units"] = $"{Alone}\n{Grant}",
        ["free units, divided"] = $"{Alone}\n{Grant}\n{Prepaid}",
        ["divided"] = $"{Alone}\n{Prepaid}",
        ["divided at overage bands"] = $"{Alone}\n{Prepaid}".Replace(
            "usage ", "band from 0  unit 2  overage yes\nband from 100  unit 3  overage yes\nusage ",
            StringComparison.Ordinal),
        ["credits"] = $"{Terms}\n{Gifts}\n{GlobalGifts}\nusage calls 2025-01-10 124\nbill 2025-02-01",
        ["family"] = Family,
        ["family, divided"] = $"{Family}\n{Prepaid}",
        ["family, free units"] = $"{Family}\n{Grant}",
        ["family, divided at overage bands"] = $"{Family}\n{Prepaid}".Replace(
            "child    uk",
            "band from 0  unit 2  overage yes\nband from 30  unit 3  overage yes\nchild    uk",
            StringComparison.Ordinal),
        ["summary, free units"] = $"{Summary}\n{Grant}\ncurrency CALLS  counts units".Replace(
            "rate ", "measure calls  unit CALLS\nrate ", StringComparison.Ordinal),
        ["family, credits"] = Family.Replace(
            "child    uk", $"{Gifts}\n{GlobalGifts}\nchild    uk", StringComparison.Ordinal),
        ["summary"] = Summary,
        ["summary, divided"] = $"{Summary}\n{Prepaid}",
        ["dated fee"] = $"organization consolidate yes\n{Alone}\n{Prepaid}\n"
            + "fee prepaid  on 2025-02-01  from 2025-01-01  to 2025-02-01  amount 12.345",
    };

    /// <summary>Those and all companies.</summary>
    public static IEnumerable<string> All => GoldenBillTests.Companies
        .Select(company => OfCompany(company.Data)).Concat(Compositions.Values);

    public static string OfCompany(string company) => File.ReadAllText(
        Path.Combine(Repository.Root, "tests", "Billing.Tests", "Golden", company + ".story"));
}
