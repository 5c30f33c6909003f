using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Users;

/// <summary>Finds logins, and verifies and sets their passwords.</summary>
public sealed class Logins(
    ResourceService resources, ChangeFeed changes, IClock clock, IPasswordHashing passwords, PasswordRule rule)
    : IDisposable
{
    /// <summary>Minimum length of a password.</summary>
    public const int MinPassword = 12;

    /// <summary>Maximum length of a password.</summary>
    public const int MaxPassword = 200;

    private const string Installation = AccessKeyResource.Installation;
    private const int MaxFailures = 5;
    private const int MaxFailuresOfSource = 50;
    private const int MaxWaiting = 32;
    private const int MaxSources = 10;
    private static readonly Duration FirstWait = Duration.FromMinutes(15);
    private static readonly Duration MaxWait = Duration.FromHours(4);
    private static readonly Duration TemporaryFor = Duration.FromDays(30);

    // Used if the address is unknown, so that the response takes as long as for an incorrect password.
    private readonly Lazy<string> _nobody = new(() => passwords.Hash(SecretHash.NewText(20)));
    private readonly FailedAttempts _ofAddress = new(MaxFailures, FirstWait, MaxWait, clock);
    private readonly FailedAttempts _ofSource = new(MaxFailuresOfSource, FirstWait, MaxWait, clock);

    // Hashing a password deliberately takes CPU time, which the rest of the product also needs.
    private readonly SemaphoreSlim _hashing = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>Incremented with each change of any login.</summary>
    public long Generation => changes.Generation(Installation, LoginResource.Definition.Kind);

    /// <summary>The login of an address, or null.</summary>
    public async ValueTask<Login?> FindAsync(string email, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(Installation, cancellationToken)
            .ListAsync<Login>(Condition.Equal("email", email.ToLowerInvariant()));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>The login of a user, or null.</summary>
    public ValueTask<Login?> FindByIdAsync(string id, CancellationToken cancellationToken) =>
        resources.Reader(Installation, cancellationToken).FindAsync<Login>(id);

    /// <summary>The login of a person at a provider, or null.</summary>
    public async ValueTask<Login?> FindByIdentityAsync(
        string issuer, string subject, CancellationToken cancellationToken)
    {
        var found = await resources.Reader(Installation, cancellationToken)
            .ListAsync<Login>(Condition.Equal("identity", LoginIdentity.KeyOf(issuer, subject)));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Sets or removes who a person is at a provider.</summary>
    /// <param name="id">The login.</param>
    /// <param name="replace">Returns the new identity for the current one, which may be null, as may both.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public Task<Login> ChangeIdentityAsync(
        string id, Func<LoginIdentity?, LoginIdentity?> replace, CancellationToken cancellationToken) =>
        resources.ChangeAsync(Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            var current = await change.Related.FindAsync<Login>(id)
                ?? throw ResourceService.NotFound(LoginResource.Definition, id);
            return (Login)await change.UpdateAsync(
                LoginResource.Definition, id, current with { Identity = replace(current.Identity) });
        });

    /// <summary>The login with the password; null if either is incorrect.</summary>
    /// <remarks>
    /// Attempts are counted by address and by source before the password is verified. Attempts from a source where the
    /// person has signed in before are counted separately, so that nobody else can lock the person out.
    /// </remarks>
    /// <param name="email">The address.</param>
    /// <param name="password">The password.</param>
    /// <param name="source">Source of the attempt.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ForbiddenException">Passwords are refused, because there is a provider.</exception>
    /// <exception cref="TooManyRequestsException">There were too many incorrect passwords recently.</exception>
    public async ValueTask<Login?> SignInAsync(
        string email, string password, string source, CancellationToken cancellationToken)
    {
        if (!rule.Allows(email))
            throw new ForbiddenException($"Passwords are not accepted here. Sign in with {rule.Provider}.");
        var address = email.ToLowerInvariant();
        var login = await FindAsync(address, cancellationToken);
        var isKnown = login?.KnownSources?.Contains(SourceHash(address, source)) == true;
        var name = isKnown ? $"{address} {source}" : address;
        Begin(name, isKnown ? null : source);
        var isRight = false;
        try
        {
            isRight = await IsPasswordAsync(login?.PasswordHash ?? _nobody.Value, password, cancellationToken)
                && login is not null && login.IsOpenAt(clock.GetCurrentInstant());
        }
        catch
        {
            // The password was not verified, or the result is not returned.
            TakeBack(name, isKnown ? null : source);
            throw;
        }
        if (!isRight)
            return null;
        TakeBack(name, isKnown ? null : source);
        _ofAddress.Forget(name);
        return isKnown ? login : await RememberAsync(login!, SourceHash(address, source), cancellationToken);
    }

    /// <summary>Creates the login of a person who has none.</summary>
    public async ValueTask<Login> CreateAsync(
        string password, Func<string, Login> newLogin, CancellationToken cancellationToken) =>
        (Login)await resources.CreateAsync(
            LoginResource.Definition, Installation, ResourceService.SystemPrincipal,
            newLogin(await HashAsync(password, cancellationToken)),
            cancellationToken);

    /// <summary>Adds an organization to an existing login, and a new password if one was chosen.</summary>
    public async ValueTask<Login> JoinAsync(
        Login login, string organizationId, string? password, bool isMailed, CancellationToken cancellationToken)
    {
        var joined = login with { Organizations = [.. login.Organizations.Append(organizationId).Distinct()] };
        return password is null
            ? (Login)await resources.UpdateAsync(
                LoginResource.Definition, Installation, ResourceService.SystemPrincipal,
                login.Id, joined, cancellationToken)
            : await UpdateAsync(
                joined with { IsAddressProven = joined.IsAddressProven || isMailed }, password, cancellationToken);
    }

    /// <summary>Sets the password that a person chose.</summary>
    public async ValueTask<Login> SetPasswordAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        await UpdateAsync(login, password, cancellationToken);

    /// <summary>
    /// True if it is the password of the login. Does not count attempts: only for people who have just proven it.
    /// </summary>
    public async ValueTask<bool> IsPasswordOfAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        await IsPasswordAsync(login.PasswordHash, password, cancellationToken);

    /// <summary>A login with a temporary password, valid for one sign-in within 30 days; not written yet.</summary>
    public async ValueTask<Login> NewTemporaryAsync(
        string id, string email, string password, string organizationId, CancellationToken cancellationToken) => new()
        {
            Id = id,
            Email = email.ToLowerInvariant(),
            PasswordHash = await HashAsync(password, cancellationToken),
            DtTemporaryPasswordEnds = clock.GetCurrentInstant() + TemporaryFor,
            Organizations = [organizationId],
        };

    /// <summary>A generated password.</summary>
    public static string NewTemporaryPassword() => SecretHash.NewText(20);

    /// <summary>A login with a temporary password, valid for one sign-in within 30 days; not written yet.</summary>
    /// <exception cref="RefusedException">An organization would lose its last administrator.</exception>
    public async ValueTask<Login> PrepareTemporaryPasswordAsync(
        Login login, string password, CancellationToken cancellationToken)
    {
        var prepared = login with
        {
            PasswordHash = await HashAsync(password, cancellationToken),
            DtTemporaryPasswordEnds = clock.GetCurrentInstant() + TemporaryFor,
            PasswordNumber = login.PasswordNumber + 1,
        };
        await resources.TryAsync(
            Installation, ResourceService.SystemPrincipal, cancellationToken,
            change => change.UpdateAsync(LoginResource.Definition, login.Id, prepared), login.Organizations);
        return prepared;
    }

    /// <summary>Sets a temporary password.</summary>
    /// <param name="prepared">The login with the password.</param>
    /// <param name="isMailed">True if only the owner of the e-mail address knows it.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">An organization would lose its last administrator.</exception>
    public async ValueTask SetTemporaryPasswordAsync(
        Login prepared, bool isMailed, CancellationToken cancellationToken)
    {
        await resources.ChangeAccessAsync(
            Installation, ResourceService.SystemPrincipal, cancellationToken,
            change => change.UpdateAsync(
                LoginResource.Definition, prepared.Id, prepared with { IsAddressProven = isMailed }),
            prepared.Organizations);
        _ofAddress.Forget(prepared.Email);
    }

    /// <summary>Adds an issue if a chosen password is missing, too short or too long.</summary>
    public static void CheckPassword(string? password, string path, Issues issues)
    {
        if (password is null || TextLength.Of(password) is < MinPassword or > MaxPassword)
            issues.Add("length", path, $"must have {MinPassword} to {MaxPassword} characters");
    }

    /// <inheritdoc/>
    public void Dispose() => _hashing.Dispose();

    private void Begin(string name, string? source)
    {
        var wait = source is null ? Duration.Zero : _ofSource.WaitOf(source);
        if (wait <= Duration.Zero && _ofAddress.TryBegin(name, out _))
        {
            if (source is null || _ofSource.TryBegin(source, out _))
                return;
            _ofAddress.TakeBack(name);
            wait = _ofSource.WaitOf(source);
        }
        wait = Duration.Max(wait, _ofAddress.WaitOf(name));
        var minutes = Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes));
        throw new TooManyRequestsException(
            $"Too many failed sign-in attempts. Try again in {minutes} minute{(minutes == 1 ? "" : "s")}.",
            Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)));
    }

    private void TakeBack(string name, string? source)
    {
        _ofAddress.TakeBack(name);
        if (source is not null)
            _ofSource.TakeBack(source);
    }

    private Task<Login> RememberAsync(Login login, string source, CancellationToken cancellationToken) =>
        resources.ChangeAsync(Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            var current = await change.Related.FindAsync<Login>(login.Id);
            // The password has just been replaced by another.
            if (current is null || current.PasswordNumber != login.PasswordNumber)
                return login;
            return (Login)await change.UpdateAsync(LoginResource.Definition, login.Id, current with
            {
                KnownSources = [.. (current.KnownSources ?? []).Except([source]).Append(source).TakeLast(MaxSources)],
            });
        });

    // Including the address gives each person a different hash.
    private static string SourceHash(string address, string source) => Convert.ToBase64String(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{address} {source}")).AsSpan(0, 16));

    private async ValueTask<Login> UpdateAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        (Login)await resources.UpdateAsync(
            LoginResource.Definition, Installation, ResourceService.SystemPrincipal, login.Id,
            login with
            {
                PasswordHash = await HashAsync(password, cancellationToken),
                DtTemporaryPasswordEnds = null,
                PasswordNumber = login.PasswordNumber + 1,
            },
            cancellationToken);

    private Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        HashingAsync(() => passwords.Hash(password), cancellationToken);

    private Task<bool> IsPasswordAsync(string hash, string password, CancellationToken cancellationToken) =>
        HashingAsync(() => passwords.Matches(hash, password), cancellationToken);

    private async Task<T> HashingAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new ServerBusyException("Too many sign-in requests. Try again later.");
        }
        try
        {
            await _hashing.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            return work();
        }
        finally
        {
            _hashing.Release();
        }
    }
}
