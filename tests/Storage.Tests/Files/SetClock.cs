using NodaTime;

namespace Tallystick.Storage.Tests.Files;

/// <summary>A clock that shows what a test sets.</summary>
public sealed class SetClock : IClock
{
    public Instant Now { get; set; } = Instant.FromUtc(2026, 3, 1, 12, 0);

    public Instant GetCurrentInstant() => Now;
}
