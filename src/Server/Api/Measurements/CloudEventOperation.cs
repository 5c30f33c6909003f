using Microsoft.Net.Http.Headers;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Ingest.CloudEvents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Submitting CloudEvents as measurements, in the three content modes of their HTTP binding.</summary>
internal sealed class CloudEventOperation(CloudEventIntake intake)
{
    private const string Structured = "application/cloudevents+json";
    private const string Batched = "application/cloudevents-batch+json";
    private const string HeaderPrefix = "ce-";

    internal static ApiOperation Submit { get; } = new(
        "POST", "/organizations/{orgId}/measurements/cloudevents", "SubmitCloudEvents", ApiOperations.OwnTag,
        "Submit CloudEvents",
        new ApiSchema("SubmitMeasurementsResponse", JsonShapes.Of(typeof(SubmitMeasurementsResponse))),
        Run.By<CloudEventOperation>(o => o.SubmitAsync))
    {
        Body = CloudEventContract.Event,
        BodyType = Structured,
        OtherBodies =
        [
            new ApiContent(Batched, CloudEventContract.Batch),
            new ApiContent("application/json", CloudEventContract.Data),
        ],
        Permission = Permission.On(PermissionAction.MeasurementsUpload, "measurements:measurement"),
        Description = """
            Accepts [CloudEvents 1.0](https://cloudevents.io) as measurements: one event in structured mode
            (`application/cloudevents+json`), 1-1,000 events in batched mode (`application/cloudevents-batch+json`), or
            one event in binary mode: attributes in headers such as `ce-id`, data in the body (`application/json`).
            `application/json` without `ce-` headers is accepted as one event or an array of events. Any other content
            type returns 415.

            | event | measurement |
            | --- | --- |
            | `source` and `id` | `uid`: both joined with a vertical bar, or hashed (see below) |
            | `type` | `meter` |
            | `subject` (required) | `account` |
            | `time` | `ts`; the time of receipt if absent |
            | `data`, a JSON object | the meter's data fields: each member is the value of the field with that code |

            If the joined `uid` would have more than 50 characters, or `source` contains a vertical bar, the `uid` is
            the SHA-256 of `source`, a zero byte and `id`, in Base64url: 43 characters.

            A numeric field takes a number or a string that contains one. A text field takes a string; a number, `true`
            or `false` becomes text. Members that are not data fields of the meter, and other attributes, are ignored;
            null counts as absent. If the meter does not exist, the measurement is kept as failed, with numbers in
            `measure` and everything else as text in `other`.

            Limits, gzip, atomicity, durability and deduplication are those of
            `POST /organizations/{orgId}/measurements`, and so is the response: 200 with a body, where OpenMeter returns
            204. A fault is reported with the index of
            the event and the attribute, such as `events[2].subject`.
            """,
    };

    private async Task SubmitAsync(ApiCall call)
    {
        var request = call.Http.Request;
        var attributes = Attributes(request);
        var mode = ModeOf(request, isBinary: attributes.Count > 0);
        using var body = await SubmissionBody.ReadAsync(call.Http, call.BodyTime);
        if (mode is { } json)
            await intake.AcceptAsync(call.OrganizationId, json, body.Bytes, call.Cancelled);
        else
            await intake.AcceptBinaryAsync(call.OrganizationId, attributes, body.Bytes, call.Cancelled);
        await call.AnswerAsync(MeasurementOperations.Accepted);
    }

    // Returns null for binary mode.
    private static CloudEventMode? ModeOf(HttpRequest request, bool isBinary)
    {
        var given = request.ContentType;
        if (string.IsNullOrEmpty(given) && isBinary)
            return null;
        if (MediaTypeHeaderValue.TryParse(given, out var type))
        {
            if (type.MediaType.Equals(Structured, StringComparison.OrdinalIgnoreCase))
                return CloudEventMode.Structured;
            if (type.MediaType.Equals(Batched, StringComparison.OrdinalIgnoreCase))
                return CloudEventMode.Batched;
            var isJson = type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
                || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);
            if (isJson && !type.MediaType.StartsWith("application/cloudevents", StringComparison.OrdinalIgnoreCase))
                return isBinary ? null : CloudEventMode.Either;
        }
        throw new UnsupportedContentTypeException($"{Structured}, {Batched} or application/json");
    }

    // Attribute names without the prefix. In binary mode, Content-Type is the attribute datacontenttype.
    private static List<KeyValuePair<string, IReadOnlyList<string>>> Attributes(HttpRequest request) =>
    [
        .. request.Headers
            .Where(header => header.Key.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase))
            .Select(header => KeyValuePair.Create<string, IReadOnlyList<string>>(
                header.Key[HeaderPrefix.Length..].ToLowerInvariant(), [.. header.Value.Select(value => value ?? "")])),
    ];
}
