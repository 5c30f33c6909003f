using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Users;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Sessions;

/// <summary>Begins, finds and ends the sessions of people in the console.</summary>
public sealed class Sessions(
    ResourceService resources, Logins logins, CallerAccess callers, SessionTimes times, IClock clock)
{
    /// <summary>Maximum number of sessions per person. A further one ends the oldest.</summary>
    public const int MaxSessions = 50;

    private const string Installation = AccessKeyResource.Installation;
    private const int SecretLength = 40;
    private const char Separator = '.';

    // The time that a person has to enter a one-time code.
    private static readonly Duration TimeForCode = Duration.FromMinutes(10);

    // Writing the time of use with every request would cost a write per page.
    private static readonly Duration BetweenNotes = Duration.FromMinutes(1);

    /// <summary>Begins a session.</summary>
    /// <param name="login">The person.</param>
    /// <param name="proof">How the person has proven who they are.</param>
    /// <param name="origin">Where the request came from.</param>
    /// <param name="former">Id of the session that it replaces; null for none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>The token for the cookie. It is not stored.</returns>
    public async Task<string> BeginAsync(
        Login login, SessionProof proof, SessionOrigin origin, string? former, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        var secret = SecretHash.NewText(SecretLength);
        var session = new Session
        {
            Id = Guid.NewGuid().ToString(),
            LoginId = login.Id,
            PasswordNumber = login.PasswordNumber,
            SecretHash = SecretHash.Of(secret),
            IsCodeDue = proof == SessionProof.PasswordOnly,
            IsByProvider = proof == SessionProof.Provider,
            DtSignedIn = now,
            DtLastUsed = now,
            Source = origin.Source,
            Device = Devices.NameOf(origin.Device),
        };
        await ChangeAsync(cancellationToken, async change =>
        {
            var stored = await StoredAsync(change.Related, login.Id);
            var open = stored.Where(one => one.Id != former && IsOpen(one, login, now))
                .OrderByDescending(one => one.DtLastUsed).Take(MaxSessions - 1).ToHashSet();
            foreach (var over in stored.Where(one => !open.Contains(one)))
                await change.RemoveAsync(SessionResource.Definition, over);
            await change.PutAsync(SessionResource.Definition, null, session);
        });
        return $"{session.Id}{Separator}{secret}";
    }

    /// <summary>The person of a token; null if there is no such session, or it has ended.</summary>
    public async ValueTask<SignedIn?> FindAsync(string token, CancellationToken cancellationToken)
    {
        var parts = token.Split(Separator);
        if (parts.Length != 2)
            return null;
        var reader = resources.Reader(Installation, cancellationToken);
        if (await reader.FindAsync<Session>(parts[0]) is not { } session
            || !SecretHash.Matches(session.SecretHash, parts[1]))
            return null;
        var login = await logins.FindByIdAsync(session.LoginId, cancellationToken);
        if (login is null || !IsOpen(session, login, clock.GetCurrentInstant()))
            return null;
        var organizations = await OrganizationsAsync(login, cancellationToken);
        if (organizations.Count == 0)
            return null;
        await NoteUseAsync(session, cancellationToken);
        return new SignedIn(session, login, organizations);
    }

    /// <summary>The organizations that a person has access to now.</summary>
    public async ValueTask<IReadOnlyList<OwnOrganization>> OrganizationsAsync(
        Login login, CancellationToken cancellationToken)
    {
        var found = new List<OwnOrganization>();
        foreach (var id in login.Organizations)
        {
            var access = await callers.OfAsync(new Caller(id, PrincipalType.User, login.Id, null), cancellationToken);
            var related = resources.Reader(id, cancellationToken);
            if (access.RefusalAt(clock) is null && await related.FindAsync<Organization>(id) is { } organization)
            {
                // Only a sandbox can be a sample, so pages of others cost no further look-up.
                var isSample = organization.Type == OrganizationType.Sandbox
                    && await related.FindAsync<SampleOrganization>(id) is not null;
                found.Add(new OwnOrganization(id, organization.OrganizationName, isSample));
            }
        }
        return found;
    }

    /// <summary>The open sessions of a person, the last used first.</summary>
    public async ValueTask<IReadOnlyList<Session>> ListAsync(Login login, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        return
        [
            .. (await StoredAsync(resources.Reader(Installation, cancellationToken), login.Id))
                .Where(session => IsOpen(session, login, now)).OrderByDescending(session => session.DtLastUsed),
        ];
    }

    /// <summary>Ends the sessions of a person that are selected. The next request of each is not signed in.</summary>
    public Task EndAsync(string loginId, Func<Session, bool> isSelected, CancellationToken cancellationToken) =>
        ChangeAsync(cancellationToken, async change =>
        {
            foreach (var session in (await StoredAsync(change.Related, loginId)).Where(isSelected))
                await change.RemoveAsync(SessionResource.Definition, session);
        });

    private bool IsOpen(Session session, Login login, Instant now) =>
        session.PasswordNumber == login.PasswordNumber
        && (session.IsByProvider ? login.Identity is not null : login.IsOpenAt(now))
        && now < session.DtLastUsed + times.Idle
        && now < session.DtSignedIn + (session.IsCodeDue ? TimeForCode : times.Longest);

    private static ValueTask<IReadOnlyList<Session>> StoredAsync(ResourceReader reader, string loginId) =>
        reader.ListAsync<Session>(Condition.Equal("login_id", loginId));

    private async ValueTask NoteUseAsync(Session session, CancellationToken cancellationToken)
    {
        var now = clock.GetCurrentInstant();
        if (now - session.DtLastUsed < BetweenNotes)
            return;
        try
        {
            await ChangeAsync(cancellationToken, async change =>
            {
                // It may have been revoked in the meantime.
                if (await change.Related.FindAsync<Session>(session.Id) is { } current && current.DtLastUsed < now)
                    await change.WriteWithoutEventAsync(
                        SessionResource.Definition, current, current with { DtLastUsed = now });
            });
        }
        catch (StoreOutageException)
        {
            // The session is valid nevertheless. Its use is recorded with the next request.
        }
    }

    private Task<bool> ChangeAsync(CancellationToken cancellationToken, Func<ResourceChange, ValueTask> work) =>
        resources.ChangeAsync(Installation, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await work(change);
            return true;
        });
}
