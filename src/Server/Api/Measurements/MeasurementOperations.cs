using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Ingest;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>Submitting measurements.</summary>
internal sealed class MeasurementOperations(MeasurementIntake intake)
{
    internal static readonly ReadOnlyMemory<byte> Accepted = "{\"result\":\"accepted\"}"u8.ToArray();

    internal static ApiOperation Submit { get; } = new(
        "POST", "/organizations/{orgId}/measurements", "SubmitMeasurements", "Measurements", "Submit measurements",
        new ApiSchema("SubmitMeasurementsResponse", JsonShapes.Of(typeof(SubmitMeasurementsResponse))),
        Run.By<MeasurementOperations>(o => o.SubmitAsync))
    {
        Body = new ApiSchema(
            "SubmitMeasurementsRequest", JsonShapes.Of(typeof(SubmitMeasurementsRequest)))
        { IsRequest = true },
        Permission = Permission.On(PermissionAction.MeasurementsUpload, "measurements:measurement"),
        Description = """
            Accepts 1-1,000 measurements per request, in a body of fewer than 512,000 bytes. The request is atomic: if
            one measurement is malformed, none is accepted. A member that is given twice, anywhere in the body, is an
            error.
            The body may be sent with `Content-Encoding: gzip`, as one complete gzip member; the limit applies to the
            uncompressed body. The response is sent once the measurements are on disk. Meters, accounts and fields are
            resolved afterwards: an unknown account is created, and a measurement that cannot be processed is kept
            together with the reason. A `uid` that was received within the last 35 days is not counted again.
            """,
    };

    private async Task SubmitAsync(ApiCall call)
    {
        using var body = await SubmissionBody.ReadAsync(call.Http, call.BodyTime);
        await intake.AcceptAsync(call.OrganizationId, body.Bytes, call.Cancelled);
        await call.AnswerAsync(Accepted);
    }
}
