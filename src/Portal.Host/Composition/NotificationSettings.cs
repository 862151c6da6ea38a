using Portal.Core;
using Portal.Host.Instance;

namespace Portal.Host.Composition;

/// <summary>
/// What the operator sets about notifications, in <c>DATA/notifications.json</c>, readable by the owner only since it holds a password:
/// <c>{"smtp":{"host":"mail.example.com","port":587,"tls":true,"user":"…","password":"…","from":"portal@example.com"},"networks":["10.1.0.0/16"]}</c>. Read at start; without the
/// file there is no mail, and messages go to the public internet alone.
/// </summary>
/// <param name="Smtp">The mail server; null for none.</param>
/// <param name="Networks">Networks outside the public internet to which messages may go.</param>
internal sealed record NotificationSettings(NotificationSettings.Server? Smtp = null, string[]? Networks = null)
{
    /// <summary>Fills the options.</summary>
    /// <exception cref="StartException">The file is no such JSON.</exception>
    public static void Apply(PortalCoreOptions core, DataDirectory data)
    {
        if (OperatorFile.Read<NotificationSettings>(data, "notifications.json") is not { } settings)
            return;
        if (settings.Smtp is { } smtp)
        {
            (core.SmtpHost, core.SmtpPort, core.SmtpTls) = (smtp.Host, smtp.Port, smtp.Tls);
            (core.SmtpUser, core.SmtpPassword, core.SmtpFrom) = (smtp.User, smtp.Password, smtp.From);
        }

        foreach (var network in settings.Networks ?? [])
            core.NotificationNetworks.Add(network);
    }

    /// <summary>A mail server.</summary>
    internal sealed record Server(string Host, int Port = 587, bool Tls = true, string User = "", string Password = "", string From = "portal@localhost");
}
