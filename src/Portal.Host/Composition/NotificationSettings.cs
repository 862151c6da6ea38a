using System.Text.Json;
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
    private const string FileName = "notifications.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary>Fills the options.</summary>
    /// <exception cref="StartException">The file is no such JSON.</exception>
    public static void Apply(PortalCoreOptions core, DataDirectory data)
    {
        var path = Path.Combine(data.Root, FileName);
        if (!File.Exists(path))
            return;
        try
        {
            var settings = JsonSerializer.Deserialize<NotificationSettings>(File.ReadAllBytes(path), Json) ?? new();
            if (settings.Smtp is { } smtp)
            {
                (core.SmtpHost, core.SmtpPort, core.SmtpTls) = (smtp.Host, smtp.Port, smtp.Tls);
                (core.SmtpUser, core.SmtpPassword, core.SmtpFrom) = (smtp.User, smtp.Password, smtp.From);
            }

            foreach (var network in settings.Networks ?? [])
                core.NotificationNetworks.Add(network);
        }
        catch (JsonException exception)
        {
            throw new StartException($"{path} is not as it must be: {exception.Path} in line {exception.LineNumber + 1}.", exception);
        }
    }

    /// <summary>A mail server.</summary>
    internal sealed record Server(string Host, int Port = 587, bool Tls = true, string User = "", string Password = "", string From = "portal@localhost");
}
