using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;

namespace Tallystick.Server.Tests.Users;

/// <summary>How attempts that fail are counted.</summary>
public sealed class FailedAttemptsTests
{
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 1, 12, 0));

    [Fact]
    public void Wait_AfterEachFurtherFailure_IsTwiceAsLong()
    {
        var attempts = New(free: 2);
        List<double> waits = [];

        attempts.TryBegin("ann", out var isFirst).ShouldBeTrue();
        isFirst.ShouldBeFalse();
        for (var failure = 0; failure < 4; failure++)
        {
            attempts.TryBegin("ann", out var isNow).ShouldBeTrue();
            isNow.ShouldBe(failure == 0);
            attempts.TryBegin("ann", out _).ShouldBeFalse();
            waits.Add(attempts.WaitOf("ann").TotalMinutes);
            _clock.Advance(attempts.WaitOf("ann"));
        }

        waits.ShouldBe([15, 30, 60, 60]);
        attempts.WaitOf("bob").ShouldBe(Duration.Zero);
    }

    [Fact]
    public void Failures_AfterALongTime_AreForgotten()
    {
        var attempts = New(free: 2);
        attempts.TryBegin("ann", out _).ShouldBeTrue();

        _clock.AdvanceMinutes(15);
        attempts.TryBegin("ann", out _).ShouldBeTrue();

        attempts.WaitOf("ann").ShouldBe(Duration.Zero);
    }

    [Fact]
    public void Attempts_ThatSucceed_DoNotCount()
    {
        var attempts = New(free: 2);
        attempts.TryBegin("ann", out _).ShouldBeTrue();
        attempts.TryBegin("ann", out _).ShouldBeTrue();
        attempts.TryBegin("ann", out _).ShouldBeFalse();

        attempts.TakeBack("ann");

        attempts.TryBegin("ann", out _).ShouldBeTrue();
        attempts.Forget("ann");
        attempts.Names.ShouldBe(0);
    }

    [Fact]
    public void Attempt_ThatSucceedsAfterTheWait_LeavesNoLongerWait()
    {
        var attempts = New(free: 2);
        attempts.TryBegin("office", out _).ShouldBeTrue();
        attempts.TryBegin("office", out _).ShouldBeTrue();
        _clock.AdvanceMinutes(20);

        attempts.TryBegin("office", out _).ShouldBeTrue();
        attempts.TakeBack("office");

        attempts.WaitOf("office").ShouldBe(Duration.Zero);
        // Nor is what failed remembered for longer.
        _clock.AdvanceMinutes(11);
        attempts.TryBegin("office", out _).ShouldBeTrue();
        attempts.WaitOf("office").ShouldBe(Duration.Zero);
    }

    [Fact]
    public void Names_AsManyAsAnybodyLikes_TakeBoundedMemory()
    {
        var attempts = New(free: 1, maxNames: 100);
        for (var name = 0; name < 1_000; name++)
        {
            _clock.AdvanceMilliseconds(1);
            attempts.TryBegin($"{name}", out _).ShouldBeTrue();
        }

        attempts.Names.ShouldBeLessThanOrEqualTo(100);
        attempts.WaitOf("999").ShouldBeGreaterThan(Duration.Zero);
    }

    private FailedAttempts New(int free, int maxNames = 1_000) =>
        new(free, Duration.FromMinutes(15), Duration.FromHours(1), _clock, maxNames);
}
