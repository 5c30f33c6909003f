namespace Tallystick.Server.Api.Invitations;

/// <summary>
/// The page that opens from the link of an invitation. It contains nothing from the request, because the browser reads
/// the link.
/// </summary>
internal static class InvitationPage
{
    private const string Script = """
        const form = document.forms[0], said = document.querySelector("output");
        form.onsubmit = async event => {
          event.preventDefault();
          const link = new URLSearchParams(location.search);
          const text = name => form[name].value || undefined;
          const answer = await fetch(location.pathname, {method: "POST", body: JSON.stringify({
            organizationId: link.get("organizationId"), invitationId: link.get("invitationId"),
            token: location.hash.slice(1), password: text("password"), currentPassword: text("currentPassword")})});
          const told = await answer.json();
          said.textContent = answer.ok ? "Welcome, " + told.email + ". You can sign in now." : told.message;
        };
        """;

    private const string Page = $"""
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Your invitation to Tallystick</title>
        <h1>Your invitation to Tallystick</h1>
        <form>
        <p><label>Choose a password of 12 characters or more. If you have signed in before, you may leave it empty.<br>
        <input name="password" type="password" autocomplete="new-password" maxlength="200"></label></p>
        <p><label>If you have signed in before: your current password.<br>
        <input name="currentPassword" type="password" autocomplete="current-password" maxlength="200"></label></p>
        <p><button>Accept</button></p>
        <p><output></output></p>
        </form>
        <script>{Script}</script>
        </html>
        """;

    private static readonly string Policy = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; "
        + "form-action 'none'; script-src 'sha256-" + Convert.ToBase64String(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Script))) + "'";

    /// <summary>Maps the page.</summary>
    internal static void Map(WebApplication app) => app.MapGet(AcceptOperation.Path, context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return context.Response.WriteAsync(Page, context.RequestAborted);
    });
}
