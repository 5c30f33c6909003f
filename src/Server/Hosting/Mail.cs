using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting;

/// <summary>A message to send.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Body">Its text.</param>
internal sealed record MailText(string Subject, string Body);

/// <summary>
/// Sends mail through the SMTP server in <c>TALLYSTICK_SMTP</c>, such as
/// <c>smtp://user:password@mail.example.com:587</c> (STARTTLS if the server offers it) or
/// <c>smtps://mail.example.com</c> (TLS from the start), from the address in <c>TALLYSTICK_MAIL_FROM</c>.
/// </summary>
internal sealed class Mail
{
    private const int Milliseconds = 10_000;
    private readonly Uri? _server;
    private readonly string _from;
    private readonly ILogger<Mail> _logger;

    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    public Mail(IConfiguration configuration, ILogger<Mail> logger)
    {
        _logger = logger;
        _from = configuration["TALLYSTICK_MAIL_FROM"] ?? "";
        if (configuration["TALLYSTICK_SMTP"] is not { Length: > 0 } server)
            return;
        if (!Uri.TryCreate(server, UriKind.Absolute, out _server) || _server.Scheme is not ("smtp" or "smtps"))
            throw new StoreUnavailableException(
                "TALLYSTICK_SMTP must be a URL such as smtp://user:password@mail.example.com:587 or "
                    + "smtps://mail.example.com");
        if (!IsAddress(_from))
            throw new StoreUnavailableException(
                "TALLYSTICK_MAIL_FROM must be the sender's e-mail address because TALLYSTICK_SMTP is set");
    }

    /// <summary>True if a mail server is configured.</summary>
    internal bool IsConfigured => _server is not null;

    /// <summary>Sends a message.</summary>
    /// <returns>
    /// False if there is no mail server, or if it did not accept the message; the failure is then logged.
    /// </returns>
    internal async Task<bool> TrySendAsync(string address, MailText text, CancellationToken cancellationToken)
    {
        if (_server is null)
            return false;
        try
        {
            await SendAsync(address, text, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.MailFailed(_logger, failure.GetType().Name, _server.Host);
            return false;
        }
    }

    // A separate method, so that the mail library is loaded only if a mail server is configured.
    private static bool IsAddress(string text) => MailboxAddress.TryParse(text, out _);

    private async Task SendAsync(string address, MailText text, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(_from));
        message.To.Add(MailboxAddress.Parse(address));
        message.Subject = text.Subject;
        message.Body = new TextPart("plain") { Text = text.Body };
        using var client = new SmtpClient { Timeout = Milliseconds };
        var isEncrypted = _server!.Scheme == "smtps";
        await client.ConnectAsync(
            _server.Host, _server.IsDefaultPort || _server.Port < 0 ? (isEncrypted ? 465 : 587) : _server.Port,
            isEncrypted ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable,
            cancellationToken);
        if (_server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password])
            await client.AuthenticateAsync(
                Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), cancellationToken);
        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }
}

/// <summary>The texts of mails.</summary>
internal static class MailTexts
{
    internal static MailText Invitation(string url) => new(
        "Your invitation to Tallystick",
        $"""
        You are invited to use Tallystick. Open this link to accept, and choose a password:

        {url}

        If you do not know what this is about, do nothing.
        """);

    internal static MailText TemporaryPassword(string password) => new(
        "Your temporary password for Tallystick",
        $"""
        Your temporary password is

        {password}

        It is good for one sign-in within 30 days, at which you choose another.
        """);
}
