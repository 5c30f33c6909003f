using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Resources.Jobs;

/// <summary>
/// An entry of the durable queue: a job on an entity, such as a bill job or a schedule. It has the id of that entity.
/// </summary>
public sealed record QueuedJob : Resource
{
    /// <summary>Name of the handler.</summary>
    public required string Handler { get; init; }

    /// <summary>When to start; null for immediately.</summary>
    public Instant? Due { get; init; }

    /// <summary>The checkpoint of the handler, to resume after an interruption; null at the start.</summary>
    public string? Checkpoint { get; init; }
}

/// <summary>The entries of the queue, which only the server writes.</summary>
public static class QueuedJobResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<QueuedJob> Definition { get; } =
        new("QueuedJob", "", () => JobJson.Format.QueuedJob)
        {
            // An entry outlives its entity: the handler then cleans up, such as the file of an upload.
            IsInternal = true,
        };
}

/// <summary>Reads and writes the queue without reflection.</summary>
[JsonSerializable(typeof(QueuedJob))]
internal sealed partial class JobJson : JsonSerializerContext
{
    /// <summary>The context with the JSON format of the product.</summary>
    internal static JobJson Format { get; } = new(JsonFormat.NewOptions());
}
