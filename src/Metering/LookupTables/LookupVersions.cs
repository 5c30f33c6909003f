using System.Text.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.LookupTables;

/// <summary>Optimistic concurrency: a change must state the version that it is based on.</summary>
public static class LookupVersions
{
    /// <summary>The version in a checked body; 0 if there is none.</summary>
    public static long Read(JsonElement body) =>
        body.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number
            ? (long)version.GetDecimal() : 0;

    /// <summary>Requires that the given version equals the stored one, which is 0 for data never written.</summary>
    /// <exception cref="RefusedException">The version is missing (400) or stale (409).</exception>
    public static void Require(long given, long stored)
    {
        if (given == stored)
            return;
        if (given == 0)
            throw new RefusedException(
                new Issue("required", "version", $"is required. The stored version is {stored}"));
        throw new RefusedException(new Issue("stale_version", "version",
            $"is {given}, but the stored version is {stored}. Retrieve the entity again.", IssueKind.Conflict));
    }
}
