using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;

namespace Tallystick.Server.Api.Measurements;

/// <summary>
/// Writes <c>ExportLogsServiceResponse</c> and <c>ExportMetricsServiceResponse</c>, which have the same field numbers.
/// </summary>
internal static class OtlpAnswer
{
    private const int PartialSuccess = 1;
    private const int Rejected = 1;
    private const int ErrorMessage = 2;

    /// <summary>The response in JSON; empty if there is nothing to report.</summary>
    internal static ReadOnlyMemory<byte> Json(OtlpResult result, OtlpSignal signal)
    {
        var answer = new JsonObject();
        if (IsSilent(result))
            return JsonFormat.Write(answer);
        var partial = new JsonObject();
        if (result.Rejected > 0)
        {
            var name = signal == OtlpSignal.Logs ? "rejectedLogRecords" : "rejectedDataPoints";
            partial[name] = result.Rejected.ToString(CultureInfo.InvariantCulture);
        }
        partial["errorMessage"] = result.Message;
        answer["partialSuccess"] = partial;
        return JsonFormat.Write(answer);
    }

    /// <summary>The response in protobuf; empty if there is nothing to report.</summary>
    internal static byte[] Protobuf(OtlpResult result)
    {
        if (IsSilent(result))
            return [];
        using var partial = new MemoryStream();
        using (var writer = new CodedOutputStream(partial, leaveOpen: true))
        {
            if (result.Rejected > 0)
            {
                writer.WriteTag(Rejected, WireFormat.WireType.Varint);
                writer.WriteInt64(result.Rejected);
            }
            writer.WriteTag(ErrorMessage, WireFormat.WireType.LengthDelimited);
            writer.WriteString(result.Message);
        }
        using var answer = new MemoryStream();
        using (var writer = new CodedOutputStream(answer, leaveOpen: true))
        {
            writer.WriteTag(PartialSuccess, WireFormat.WireType.LengthDelimited);
            writer.WriteBytes(ByteString.CopyFrom(partial.ToArray()));
        }
        return answer.ToArray();
    }

    private static bool IsSilent(OtlpResult result) => result is { Rejected: 0, Message.Length: 0 };
}
