using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Users;

/// <summary>Finds logins, and checks and sets their passwords.</summary>
public sealed class Logins(
    ResourceService resources, ChangeFeed changes, IClock clock, IPasswordHashing passwords) : IDisposable
{
    /// <summary>Fewest and most characters of a password.</summary>
    public const int MinPassword = 12;

    /// <summary>Most characters of a password.</summary>
    public const int MaxPassword = 200;

    private const string Installation = AccessKeyResource.Installation;
    private const string Principal = "SYSTEM";
    private const int MaxFailures = 5;
    private const int MaxFailuresOfSource = 50;
    private const int MaxWaiting = 32;
    private const int MaxSources = 10;
    private static readonly Duration FirstWait = Duration.FromMinutes(15);
    private static readonly Duration MaxWait = Duration.FromHours(4);
    private static readonly Duration TemporaryFor = Duration.FromDays(30);

    // Compared with when the address is unknown, so that an answer takes as long as for a wrong password.
    private readonly Lazy<string> _nobody = new(() => passwords.Hash(SecretHash.NewText(20)));
    private readonly FailedAttempts _ofAddress = new(MaxFailures, FirstWait, MaxWait, clock);
    private readonly FailedAttempts _ofSource = new(MaxFailuresOfSource, FirstWait, MaxWait, clock);

    // A password takes a processor some ten milliseconds on purpose; the rest of the product needs them too.
    private readonly SemaphoreSlim _hashing = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <summary>Grows with each change of any login.</summary>
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

    /// <summary>The login with the password; null when either is wrong.</summary>
    /// <remarks>
    /// Attempts are counted before a password is looked at, by address and by source. Where the person has signed in
    /// from before, only the attempts from there count, so that nobody else can lock the person out.
    /// </remarks>
    /// <param name="email">The address.</param>
    /// <param name="password">The password.</param>
    /// <param name="source">Where the attempt comes from.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TooManyRequestsException">There were too many wrong passwords of late.</exception>
    public async ValueTask<Login?> SignInAsync(
        string email, string password, string source, CancellationToken cancellationToken)
    {
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
            // The password was not looked at, or nobody hears what it was.
            TakeBack(name, isKnown ? null : source);
            throw;
        }
        if (!isRight)
            return null;
        TakeBack(name, isKnown ? null : source);
        _ofAddress.Forget(name);
        return isKnown ? login : await RememberAsync(login!, SourceHash(address, source), cancellationToken);
    }

    /// <summary>Makes the login of a person who has none.</summary>
    public async ValueTask<Login> CreateAsync(
        string password, Func<string, Login> newLogin, CancellationToken cancellationToken) =>
        (Login)await resources.CreateAsync(
            LoginResource.Definition, Installation, Principal, newLogin(await HashAsync(password, cancellationToken)),
            cancellationToken);

    /// <summary>Gives a person who has a login another organization, and a new password where one was chosen.</summary>
    public async ValueTask<Login> JoinAsync(
        Login login, string organizationId, string? password, bool isMailed, CancellationToken cancellationToken)
    {
        var joined = login with { Organizations = [.. login.Organizations.Append(organizationId).Distinct()] };
        return password is null
            ? (Login)await resources.UpdateAsync(
                LoginResource.Definition, Installation, Principal, login.Id, joined, cancellationToken)
            : await UpdateAsync(
                joined with { IsAddressProven = joined.IsAddressProven || isMailed }, password, cancellationToken);
    }

    /// <summary>Sets the password that a person chose.</summary>
    public async ValueTask<Login> SetPasswordAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        await UpdateAsync(login, password, cancellationToken);

    /// <summary>A password that nobody chose.</summary>
    public static string NewTemporaryPassword() => SecretHash.NewText(20);

    /// <summary>A login with a temporary password, good for one sign-in within 30 days; nothing is written.</summary>
    /// <exception cref="RefusedException">It would take the last administrator from an organization.</exception>
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
            Installation, Principal, cancellationToken,
            change => change.UpdateAsync(LoginResource.Definition, login.Id, prepared), login.Organizations);
        return prepared;
    }

    /// <summary>Sets a temporary password.</summary>
    /// <param name="prepared">The login with the password.</param>
    /// <param name="isMailed">True when only who reads the mail of the address knows it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RefusedException">It would take the last administrator from an organization.</exception>
    public async ValueTask SetTemporaryPasswordAsync(
        Login prepared, bool isMailed, CancellationToken cancellationToken)
    {
        await resources.ChangeAccessAsync(
            Installation, Principal, cancellationToken,
            change => change.UpdateAsync(
                LoginResource.Definition, prepared.Id, prepared with { IsAddressProven = isMailed }),
            prepared.Organizations);
        _ofAddress.Forget(prepared.Email);
    }

    /// <summary>Adds what is wrong with a password that a person chose.</summary>
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
        resources.ChangeAsync(Installation, Principal, cancellationToken, async change =>
        {
            var current = await change.Related.FindAsync<Login>(login.Id);
            // Signed in by a password that another has just replaced.
            if (current is null || current.PasswordNumber != login.PasswordNumber)
                return login;
            return (Login)await change.UpdateAsync(LoginResource.Definition, login.Id, current with
            {
                KnownSources = [.. (current.KnownSources ?? []).Except([source]).Append(source).TakeLast(MaxSources)],
            });
        });

    // The address makes it another hash for each person.
    private static string SourceHash(string address, string source) => Convert.ToBase64String(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{address} {source}")).AsSpan(0, 16));

    private async ValueTask<Login> UpdateAsync(
        Login login, string password, CancellationToken cancellationToken) =>
        (Login)await resources.UpdateAsync(
            LoginResource.Definition, Installation, Principal, login.Id,
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
            throw new ServerBusyException("Too many people are signing in at the moment. Try again later.");
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
