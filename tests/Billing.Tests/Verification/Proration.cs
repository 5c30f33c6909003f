using System.Globalization;
using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>The share of a period.</summary>
internal static class Proration
{
    public static Exact FactorOf(JsonElement prorated) => prorated.Items("parts")
        .Select(part => part.Number("daysActive") / part.Number("daysInPeriod")).Sum();

    public static SortedDictionary<string, Exact> FactsOf(JsonElement prorated)
    {
        var facts = new SortedDictionary<string, Exact>(StringComparer.Ordinal)
        {
            ["amount"] = prorated.Number("amount"),
        };
        foreach (var (index, part) in prorated.Items("parts").Index())
        {
            var suffix = index == 0 ? "" : (index + 1).ToString(CultureInfo.InvariantCulture);
            facts["daysActive" + suffix] = part.Number("daysActive").Shown();
            facts["daysInPeriod" + suffix] = part.Number("daysInPeriod");
        }
        return facts;
    }
}
