using NodaTime;
using NodaTime.Text;
using Tallystick.Access.Credentials;
using Tallystick.Access.Users;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Access.SecondFactors;

/// <summary>A secret that a person may put into an authenticator app. Nothing is stored yet.</summary>
/// <param name="Secret">The secret in base 32, to type.</param>
/// <param name="Address">The address that the app reads from a picture.</param>
/// <param name="Sealed">The same, encrypted for this person; comes back with the first code.</param>
public sealed record ProposedFactor(string Secret, string Address, string Sealed);

/// <summary>Sets up and removes the second factor of a person.</summary>
public sealed class SecondFactorSetup(
    ResourceService resources, SecondFactorCheck check, Logins logins, ISecretProtection protection, IClock clock)
{
    private const string Issuer = "Tallystick";
    private const char Separator = '|';
    private static readonly Duration TimeToConfirm = Duration.FromHours(1);

    /// <summary>Proposes a secret.</summary>
    public ProposedFactor Propose(Login login)
    {
        var secret = OneTimeCodes.NewSecret();
        var until = InstantPattern.General.Format(clock.GetCurrentInstant() + TimeToConfirm);
        return Proposed(login, secret, protection.Protect(string.Join(Separator, login.Id, until, secret)));
    }

    /// <summary>The proposal that was sent back; null if it was made for another person or is too old.</summary>
    public ProposedFactor? Open(Login login, string sealedProposal)
    {
        var parts = protection.Unprotect(sealedProposal)?.Split(Separator) ?? [];
        return parts.Length == 3 && parts[0] == login.Id
            && InstantPattern.General.Parse(parts[1]).TryGetValue(Instant.MinValue, out var until)
            && clock.GetCurrentInstant() < until
                ? Proposed(login, parts[2], sealedProposal) : null;
    }

    /// <summary>Sets up the second factor after a code has shown that the app has the secret.</summary>
    /// <returns>The recovery codes, which are not stored; null if the code is incorrect.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(
        Login login, ProposedFactor proposal, string code, CancellationToken cancellationToken)
    {
        if (OneTimeCodes.StepOf(
            proposal.Secret, OneTimeCodes.Plain(code), long.MinValue, clock.GetCurrentInstant()) is not { } step)
            return null;
        string[] codes =
            [.. Enumerable.Range(0, OneTimeCodes.RecoveryCodes).Select(_ => OneTimeCodes.NewRecoveryCode())];
        var factor = new SecondFactor
        {
            ProtectedSecret = protection.Protect(proposal.Secret),
            LastStep = step,
            RecoveryHashes = [.. codes.Select(one => SecretHash.Of(OneTimeCodes.Plain(one)))],
        };
        return await resources.ChangeAsync<IReadOnlyList<string>?>(
            AccessKeyResource.Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
            {
                // Replacing an existing one needs its code, so the person removes it first.
                if (await change.Related.FindAsync<Login>(login.Id) is not { SecondFactor: null } current)
                    return null;
                await change.UpdateAsync(LoginResource.Definition, login.Id, current with { SecondFactor = factor });
                return codes;
            });
    }

    /// <summary>Removes the second factor.</summary>
    /// <returns>False if the password or the code is incorrect.</returns>
    /// <exception cref="TooManyRequestsException">There were too many incorrect ones.</exception>
    public async Task<bool> RemoveAsync(
        Login login, string password, string code, string source, CancellationToken cancellationToken) =>
        TextLength.Of(password) <= Logins.MaxPassword
        && await logins.SignInAsync(login.Email, password, source, cancellationToken) is not null
        && await check.CheckAsync(
            login.Id, code, cancellationToken, used => used with { SecondFactor = null }) is not null;

    private static ProposedFactor Proposed(Login login, string secret, string sealedProposal) => new(
        secret,
        $"otpauth://totp/{Issuer}:{Uri.EscapeDataString(login.Email)}?secret={secret}&issuer={Issuer}",
        sealedProposal);
}
