using Tallystick.Foundation.Resources;
using Tallystick.Metering.Ingest;
using Tallystick.Server.Http;
using Tallystick.Server.Permissions;

namespace Tallystick.Server.Ingest;

/// <summary>Submitting measurements.</summary>
internal static class MeasurementOperations
{
    private static readonly ReadOnlyMemory<byte> Accepted = "{\"result\":\"accepted\"}"u8.ToArray();

    internal static ApiOperation Submit { get; } = new(
        "POST", "/organizations/{orgId}/measurements", "SubmitMeasurements", "Measurements", "Submit measurements",
        new ApiSchema("SubmitMeasurementsResponse", JsonShapes.Of(typeof(SubmitMeasurementsResponse))), SubmitAsync)
    {
        Body = new ApiSchema(
            "SubmitMeasurementsRequest", JsonShapes.Of(typeof(SubmitMeasurementsRequest)))
        { IsRequest = true },
        Permission = Permission.On(PermissionAction.MeasurementsUpload, "measurements:measurement"),
        Description = """
            Takes 1 to 1000 measurements in fewer than 512,000 bytes, all of them or, when one is malformed, none. The
            body may be sent with `Content-Encoding: gzip`; the limit is that of the bytes before they were packed.
            The answer comes once they are on disk. Meters, accounts and fields are looked up afterwards: an unknown
            account is created, and what else cannot be processed is kept with the reason.
            A `uid` that was received in the last 35 days is not counted again.
            """,
    };

    private static async Task SubmitAsync(ApiCall call)
    {
        using var body = await SubmissionBody.ReadAsync(call.Http);
        await call.Service<MeasurementIntake>().AcceptAsync(call.OrganizationId, body.Bytes, call.Cancelled);
        await call.AnswerAsync(Accepted);
    }
}
