using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.Meters;

/// <summary>Tries the calculations of a meter on a measurement, neither of which is saved.</summary>
internal sealed class MeterEvaluationOperation(ResourceService resources, MeterEvaluation evaluation)
{
    private const string SampleMember = "sample";
    private static readonly string[] MeterMembers =
        ["productId", "code", "customFields", "dataFields", "derivedFields"];

    private static readonly ObjectShape SampleShape = new("MeterSample",
    [
        new JsonMember("ts", new InstantShape()),
        new JsonMember("account", new TextShape(1, 80)),
        new JsonMember("data", new MapShape(null)),
    ]);

    private static readonly ObjectShape Shape = new("MeterEvaluationRequest",
    [
        .. MeterResource.Definition.Shape.Members
            .Where(member => MeterMembers.Contains(member.Name))
            .Select(member => member.Name == "code" ? member with { IsRequired = false } : member),
        new JsonMember(SampleMember, SampleShape) { IsRequired = true },
    ]);

    internal static ApiOperation Evaluate { get; } = new(
        "POST", "/organizations/{orgId}/meters/evaluate", "EvaluateMeter", ApiOperations.OwnTag,
        "Evaluate derived fields on a sample",
        new ApiSchema("MeterEvaluation", new ObjectShape("MeterEvaluation",
        [
            new JsonMember("derivedFields", new ListShape(new ObjectShape("EvaluatedField",
            [
                new JsonMember("code", new TextShape()) { IsRequired = true },
                new JsonMember("number", new NumberShape()),
                new JsonMember("text", new TextShape()),
                new JsonMember("error", new TextShape()),
            ]))) { IsRequired = true },
        ])),
        Run.By<MeterEvaluationOperation>(o => o.EvaluateAsync))
    {
        Body = new ApiSchema("MeterEvaluationRequest", Shape) { IsRequest = true },
        Permission = EntityPermissions.Create(MeterResource.Definition),
        Description = """
            Computes the derived fields of a meter, which need not exist, for the measurement in `sample`, exactly as
            they would be computed for a measurement that arrives. Nothing is saved.

            Invalid fields and calculations are reported as if the meter were saved. `sample.data` contains a number or
            a string for each data field; a field that is left out is null. Each derived field has a `number` or a
            `text`, an `error` that states why it cannot be computed, or neither if its value is null. Custom fields of
            accounts are those that the organization gives to accounts. `sample.ts`, by default now, is also
            `receivedAt`.
            """,
    };

    private async Task EvaluateAsync(ApiCall call)
    {
        var zone = await resources.ZoneAsync(call);
        JsonObject asked;
        using (var body = await call.ReadJsonAsync())
            asked = JsonNode.Parse(Shape.Check(body.RootElement, zone))!.AsObject();
        var sample = asked[SampleMember]!.AsObject();
        asked.Remove(SampleMember);
        asked["name"] = "sample";
        asked["code"] ??= "sample";
        var meter = (Meter)MeterResource.Definition.Read(JsonFormat.Write(asked).Span);
        // Calculations can read the custom fields of the product.
        if (meter.ProductId is { } product)
            EntityPermissions.Require(call.Grants, ProductResource.Definition, ("productId", product));
        var fields = await evaluation.EvaluateAsync(
            call.OrganizationId, zone, meter, Read(sample, meter, call.Now), call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["derivedFields"] = new JsonArray([.. fields.Select(Write)]),
        }));
    }

    private static MeterSample Read(JsonObject sample, Meter meter, Instant now)
    {
        var issues = new Issues();
        var numbers = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in meter.DataFields)
        {
            if (sample["data"]?[field.Code] is not { } value)
                continue;
            if (!field.Category.IsNumeric())
                texts[field.Code] = value.ToString();
            else if (ExactNumber.TryParse(value.ToString(), out var number))
                numbers[field.Code] = number;
            else
                issues.Add("type", $"{SampleMember}.data.{field.Code}", "must be a number");
        }
        issues.ThrowIfAny();
        var ts = sample["ts"] is { } text && InstantText.TryParse(text.ToString(), out var instant) ? instant : now;
        return new MeterSample(ts, sample["account"]?.ToString(), numbers, texts);
    }

    private static JsonNode Write(EvaluatedField field)
    {
        var written = new JsonObject { ["code"] = field.Code };
        if (field.Number is { } number)
            written["number"] = number;
        if (field.Text is { } text)
            written["text"] = text;
        if (field.Fault is { } fault)
            written["error"] = fault;
        return written;
    }
}
