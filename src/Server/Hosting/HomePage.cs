namespace Tallystick.Server.Hosting;

/// <summary>The page at <c>/</c>, for people who open the server's address in a browser.</summary>
internal static class HomePage
{
    // The content security policy allows only this style, by its hash.
    private const string Style = """
        body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
        pre { padding: 1rem; overflow-x: auto; border: 1px solid; border-radius: 6px; font-size: 14px; }
        dt { margin-top: 1rem; font-weight: 600; } dd { margin: 0; }
        :root { color-scheme: light dark; }
        """;

    private const string Page = $$"""
        <!doctype html>
        <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Tallystick</title>
        <style>{{Style}}</style>
        <h1>Tallystick</h1>
        <p>Usage metering, pricing and billing. This server is running.</p>
        <dl>
        <dt><a href="/docs/">API reference</a></dt>
        <dd>Every operation, with its parameters, limits and an example.</dd>
        <dt><a href="/openapi.json">API document</a></dt>
        <dd>The same for programs (OpenAPI 3.0). There is a <a href="/postman_collection.json">collection for
        Postman</a>, too.</dd>
        <dt><a href="/health/ready">Health</a></dt>
        <dd>Whether the server is ready to do its work.</dd>
        </dl>
        <h2>First steps</h2>
        <p>At its first start the server printed four <code>export</code> lines with your credentials. Paste them into a
        terminal, then get a token and read your organization's configuration:</p>
        <pre>TOKEN=$(curl -s -u "$TALLYSTICK_ACCESS_KEY_ID:$TALLYSTICK_API_SECRET" \
          -d grant_type=client_credentials "$TALLYSTICK_URL/oauth/token" \
          | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
        curl -s -H "Authorization: Bearer $TOKEN" \
          "$TALLYSTICK_URL/organizations/$TALLYSTICK_ORG_ID/organizationconfig"</pre>
        <p>The README that came with the server continues from here to your first bill: &ldquo;From a fresh clone to a
        bill in five minutes&rdquo;.</p>
        </html>
        """;

    private static readonly string Policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
        + "form-action 'none'; style-src 'sha256-" + Convert.ToBase64String(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Style))) + "'";

    /// <summary>Maps the page.</summary>
    internal static void Map(WebApplication app) => app.MapGet("/", context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return context.Response.WriteAsync(Page, context.RequestAborted);
    });
}
