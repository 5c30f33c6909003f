using Tallystick.Foundation.Resources;
using Tallystick.Metering.Ingest;
using Tallystick.Server.Http;

namespace Tallystick.Server.Ingest;

/// <summary>Submitting measurements.</summary>
internal static class MeasurementOperations
{
    /// <summary>The first size of a body that is refused, in bytes (contract: <c>SubmitMeasurements</c>).</summary>
    private const int BodyLimit = 512_000;

    private static readonly ReadOnlyMemory<byte> Accepted = "{\"result\":\"accepted\"}"u8.ToArray();

    internal static ApiOperation Submit { get; } = new(
        "POST", "/organizations/{orgId}/measurements", "SubmitMeasurements", "Measurements", "Submit measurements",
        new ApiSchema("SubmitMeasurementsResponse", JsonShapes.Of(typeof(SubmitMeasurementsResponse))), SubmitAsync)
    {
        Body = new ApiSchema(
            "SubmitMeasurementsRequest", JsonShapes.Of(typeof(SubmitMeasurementsRequest)))
        { IsRequest = true },
        Description = """
            Takes 1 to 1000 measurements in fewer than 512,000 bytes, all of them or, when one is malformed, none.
            The answer comes once they are on disk. Meters, accounts and fields are looked up afterwards: an unknown
            account is created, and what else cannot be processed is kept with the reason.
            A `uid` that was received in the last 35 days is not counted again.
            """,
    };

    // The error codes of the contract answer a body that is too large with 403.
    private static async Task SubmitAsync(ApiCall call)
    {
        var body = await RequestBody.ReadAsync(call.Http, BodyLimit, StatusCodes.Status403Forbidden);
        await call.Service<MeasurementIntake>().AcceptAsync(call.OrganizationId, body, call.Cancelled);
        await call.AnswerAsync(Accepted);
    }
}
