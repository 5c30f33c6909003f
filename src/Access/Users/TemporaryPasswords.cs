using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;

namespace Tallystick.Access.Users;

/// <summary>Sets temporary passwords of users and sends them by e-mail, if a mail server is configured.</summary>
public sealed class TemporaryPasswords(Logins logins)
{
    /// <summary>Sets a temporary password.</summary>
    /// <param name="by">The request.</param>
    /// <param name="user">The user.</param>
    /// <param name="hasMail">True if a mail server is configured.</param>
    /// <param name="mail">Sends a password to an address; returns false if the mail server did not accept it.</param>
    /// <returns>The password, for the caller to pass on; null if it was sent by e-mail.</returns>
    /// <exception cref="ForbiddenException">The user has permissions that the caller does not have.</exception>
    /// <exception cref="RefusedException">
    /// The password can only be sent by e-mail, which is not possible, or an organization would lose its last
    /// administrator.
    /// </exception>
    public async Task<string?> GiveAsync(
        Granting by, OrgUser user, bool hasMail, Func<string, string, Task<bool>> mail)
    {
        // The caller may see the password and could then act as the user.
        await GrantRules.CheckMayActAsAsync(by, PrincipalType.User, user.Id);
        var login = await logins.FindByIdAsync(user.Id, by.Cancelled)
            ?? throw new RefusedException(new Issue("no_login", "", "The user has no login"));
        if (!hasMail && login.Organizations.Count > 1)
            throw new RefusedException(new Issue(
                "no_mail", "", "The user also belongs to other organizations, so the password can only be sent by "
                    + "e-mail, but no mail server is configured", IssueKind.Conflict));
        var password = Logins.NewTemporaryPassword();
        // Run all checks before sending mail, which cannot be undone.
        var prepared = await logins.PrepareTemporaryPasswordAsync(login, password, by.Cancelled);
        var isMailed = await mail(login.Email, password);
        if (!isMailed && login.Organizations.Count > 1)
            throw new RefusedException(new Issue(
                "no_mail", "", "The mail server rejected the message. The user also belongs to other organizations, so "
                    + "the password can only be sent by e-mail. Nothing was changed", IssueKind.Conflict));
        await logins.SetTemporaryPasswordAsync(prepared, isMailed, by.Cancelled);
        return isMailed ? null : password;
    }
}
