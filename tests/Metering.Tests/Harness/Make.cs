using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>Short ways to write test data.</summary>
internal static class Make
{
    public const string Organization = "org-1";

    public static readonly Instant Now = At("2026-03-15T12:00:00Z");

    public static readonly Window March = new(At("2026-03-01T00:00:00Z"), At("2026-04-01T00:00:00Z"));

    public static Instant At(string text) => InstantPattern.ExtendedIso.Parse(text).Value;

    /// <summary>A meter of fields such as <c>measure.requests</c>.</summary>
    public static Meter Meter(string code, params string[] fields) => new()
    {
        Id = "meter-" + code,
        Name = code,
        Code = code,
        DataFields = [.. fields.Select(field => field.Split('.')).Select(parts => new DataField
        {
            Category = Enum.Parse<DataFieldCategory>(parts[0], ignoreCase: true),
            Code = parts[1],
            Name = parts[1],
        })],
        DerivedFields = [],
    };

    public static FieldValue Number(string code, decimal value) => new(DataFieldCategory.Measure, code, null, value);

    public static FieldValue Text(string code, string value, DataFieldCategory category = DataFieldCategory.What) =>
        new(category, code, value, 0);

    public static Measurement Measurement(string uid, string ts, params FieldValue[] fields) => new()
    {
        Uid = uid,
        Meter = "m",
        Account = "acme",
        Ts = At(ts),
        Fields = fields,
    };

    public static UsageQuery Query(Meter meter, string field, AggregationMethod method, params UsageWindow[] windows) =>
        new()
        {
            OrganizationId = Organization,
            Meter = meter,
            Field = field,
            Method = method,
            Windows = windows.Length > 0 ? windows : [new UsageWindow("id-of-acme", March)],
        };

    /// <summary>A measurement as it is sent, with other members in place of the usual ones.</summary>
    public static string Json(string uid, string members = "", decimal n = 1)
    {
        var measurement = new JsonObject
        {
            ["uid"] = uid,
            ["meter"] = "m",
            ["account"] = "acme",
            ["ts"] = "2026-03-01",
            ["what"] = new JsonObject { ["kind"] = "k" },
            ["measure"] = new JsonObject { ["n"] = n },
        };
        foreach (var (name, value) in JsonNode.Parse("{" + members + "}")!.AsObject())
            measurement[name] = value?.DeepClone();
        return measurement.ToJsonString();
    }
}
