using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Portal.Core.Data;

namespace Portal.Core.Notifications;

/// <summary>Sends mail through the instance's SMTP server.</summary>
internal sealed class MailChannel(PortalCoreOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether there is a server to send through.</summary>
    public bool IsConfigured => options.SmtpHost.Length > 0;

    public async Task<SendResult> SendAsync(NotificationRow message, string address, CancellationToken cancellationToken)
    {
        if (!IsConfigured) return new(false, null, "This instance has no mail server: its operator names one in notifications.json of its data directory.");
        using var mail = new MimeMessage();
        mail.From.Add(MailboxAddress.Parse(options.SmtpFrom));
        mail.To.Add(MailboxAddress.Parse(address));
        mail.Subject = $"[Portal] {message.Type} {message.Scope}".ReplaceLineEndings(" ");
        mail.MessageId = $"{message.Id:N}@portal";
        mail.Body = new TextPart("plain") { Text = $"{Words.Of(message)}\n\n{message.Scope}\n{message.OccurredAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC\n" };
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            using var client = new SmtpClient();
            await client.ConnectAsync(options.SmtpHost, options.SmtpPort, options.SmtpTls ? SecureSocketOptions.Auto : SecureSocketOptions.None, patience.Token);
            if (options.SmtpUser.Length > 0) await client.AuthenticateAsync(options.SmtpUser, options.SmtpPassword, patience.Token);
            await client.SendAsync(mail, patience.Token);
            await client.DisconnectAsync(true, patience.Token);
            return new(true, null, "");
        }
        catch (Exception e) when (e is SmtpCommandException or SmtpProtocolException or ServiceNotConnectedException or AuthenticationException or SslHandshakeException or IOException or System.Net.Sockets.SocketException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new(false, e is SmtpCommandException command ? (int)command.StatusCode : null, $"The mail server did not take it: {e.GetType().Name}.");
        }
    }
}
