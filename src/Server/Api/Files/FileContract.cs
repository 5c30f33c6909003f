using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Files;

/// <summary>The response with the signed URL of a file.</summary>
internal static class FileContract
{
    /// <summary>The schema.</summary>
    internal static ApiSchema ObjectUrl { get; } = new("ObjectUrlResponse", new ObjectShape(
        "ObjectUrlResponse", [new JsonMember("downloadUrl", new TextShape(Form: TextForm.Url))]));
}
