using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;

namespace Tallystick.Access.Users;

/// <summary>Gives users a temporary password, by mail where there is mail.</summary>
public sealed class TemporaryPasswords(Logins logins)
{
    /// <summary>Gives a user a temporary password.</summary>
    /// <param name="by">The request.</param>
    /// <param name="user">The user.</param>
    /// <param name="hasMail">True when a mail server is configured.</param>
    /// <param name="mail">Mails a password to an address; false when it was not taken.</param>
    /// <returns>The password for the caller to pass on; null when it was mailed.</returns>
    /// <exception cref="ForbiddenException">The user may do more than the caller.</exception>
    /// <exception cref="RefusedException">Only mail may carry the password, or nobody would be left.</exception>
    public async Task<string?> GiveAsync(
        Granting by, OrgUser user, bool hasMail, Func<string, string, Task<bool>> mail)
    {
        // Whoever reads the password speaks for the user.
        await GrantRules.CheckMaySpeakForAsync(by, PrincipalType.User, user.Id);
        var login = await logins.FindByIdAsync(user.Id, by.Cancelled)
            ?? throw new RefusedException(new Issue("no_login", "", "The user has no login"));
        if (!hasMail && login.Organizations.Count > 1)
            throw new RefusedException(new Issue(
                "no_mail", "", "The user also belongs to other organizations, so the password can only be sent by "
                    + "e-mail, but no mail server is configured", IssueKind.Conflict));
        var password = Logins.NewTemporaryPassword();
        // Before anything is mailed: the person could not undo it.
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
