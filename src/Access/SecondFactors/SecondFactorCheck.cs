using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.SecondFactors;

/// <summary>Verifies one-time codes and recovery codes. Each is accepted once.</summary>
public sealed class SecondFactorCheck(ResourceService resources, ISecretProtection protection, IClock clock)
{
    private const int MaxFailures = 5;

    // Counted by person: who enters codes has already proven the password.
    private readonly FailedAttempts _failures =
        new(MaxFailures, Duration.FromMinutes(15), Duration.FromHours(4), clock);

    /// <summary>Verifies a code and remembers that it was used.</summary>
    /// <param name="loginId">UUID of the person's login.</param>
    /// <param name="code">The code.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="after">What changes with the use of the code; null for nothing else.</param>
    /// <returns>The changed login; null if the code is incorrect or the person has no second factor.</returns>
    /// <exception cref="TooManyRequestsException">There were too many incorrect codes recently.</exception>
    public async Task<Login?> CheckAsync(
        string loginId, string code, CancellationToken cancellationToken, Func<Login, Login>? after = null)
    {
        if (!_failures.TryBegin(loginId, out _))
            throw TooMany(_failures.WaitOf(loginId));
        Login? login;
        try
        {
            login = await UseAsync(loginId, code, after ?? (used => used), cancellationToken);
        }
        catch
        {
            // The code was not verified.
            _failures.TakeBack(loginId);
            throw;
        }
        if (login is not null)
            _failures.Forget(loginId);
        return login;
    }

    // Verified within the change, so that of two requests with the same code one is refused.
    private Task<Login?> UseAsync(
        string loginId, string code, Func<Login, Login> after, CancellationToken cancellationToken) =>
        resources.ChangeAsync<Login?>(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
            {
                if (await change.Related.FindAsync<Login>(loginId) is not { SecondFactor: { } factor } login
                    || protection.Unprotect(factor.ProtectedSecret) is not { } secret
                    || OneTimeCodes.Use(factor, secret, code, clock.GetCurrentInstant()) is not { } used)
                    return null;
                return await change.UpdateAsync(
                    LoginResource.Definition, loginId, after(login with { SecondFactor = used }));
            });

    private static TooManyRequestsException TooMany(Duration wait)
    {
        var minutes = Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes));
        return new TooManyRequestsException(
            $"Too many incorrect codes. Try again in {minutes} minute{(minutes == 1 ? "" : "s")}.",
            Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));
    }
}
