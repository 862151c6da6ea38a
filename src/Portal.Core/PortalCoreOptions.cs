namespace Portal.Core;

/// <summary>The settings of the product. Validated at start; every fault names its key.</summary>
public sealed class PortalCoreOptions
{
    /// <summary>How to reach the <c>portal</c> database as <c>portal_app</c>, a role that owns nothing and cannot bypass row-level security.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The file with the 32-byte key (base64) that seals app secrets. Created with mode 0600 when it does not exist.</summary>
    public string SecretKeyFile { get; set; } = "";

    /// <summary>The domain under which every app gets a host name.</summary>
    public string BaseDomain { get; set; } = "apps.localhost";

    /// <summary>The scheme at which apps are reached: <c>http</c> or <c>https</c>.</summary>
    public string IngressScheme { get; set; } = "http";

    /// <summary>The port at which apps are reached; left out of addresses when it is the scheme's own.</summary>
    public int IngressPort { get; set; } = 8080;

    /// <summary>How long a rollout may take to become live.</summary>
    public TimeSpan RolloutDeadline { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a volume that is no longer declared keeps its data.</summary>
    public TimeSpan VolumeRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often workers look for work that no signal announced.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often what apps use and serve is sampled.</summary>
    public TimeSpan MetricsInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long samples are kept.</summary>
    public TimeSpan MetricsRetention { get; set; } = TimeSpan.FromHours(48);

    /// <summary>Networks in CIDR form outside the public internet to which notifications may go, such as a company's own; none by default.</summary>
    public IList<string> NotificationNetworks { get; } = [];

    /// <summary>
    /// Networks in CIDR form where clusters added by kubeconfig may be besides those always allowed: for a team's cluster the public internet, for one that a platform administrator adds
    /// everything but this machine itself and link-local addresses.
    /// </summary>
    public IList<string> ClusterNetworks { get; } = [];

    /// <summary>The SMTP server for notifications by mail; empty for none.</summary>
    public string SmtpHost { get; set; } = "";

    /// <summary>The SMTP server's port.</summary>
    public int SmtpPort { get; set; } = 587;

    /// <summary>Whether the connection to the SMTP server is encrypted, from the start or by STARTTLS.</summary>
    public bool SmtpTls { get; set; } = true;

    /// <summary>The account at the SMTP server; empty for none.</summary>
    public string SmtpUser { get; set; } = "";

    /// <summary>The account's password.</summary>
    public string SmtpPassword { get; set; } = "";

    /// <summary>The address mails come from.</summary>
    public string SmtpFrom { get; set; } = "portal@localhost";

    /// <summary>The largest body of a webhook delivery, in bytes.</summary>
    public int MaxDeliveryBytes { get; set; } = 1024 * 1024;

    /// <summary>Apps a team may have unless its quota says otherwise.</summary>
    public int QuotaApps { get; set; } = 100;

    /// <summary>Instances a team may ask for unless its quota says otherwise.</summary>
    public int QuotaInstances { get; set; } = 200;

    /// <summary>CPU a team may ask for unless its quota says otherwise, in thousandths of a core.</summary>
    public int QuotaCpuMillis { get; set; } = 100_000;

    /// <summary>Memory a team may ask for unless its quota says otherwise, in MiB.</summary>
    public int QuotaMemoryMebibytes { get; set; } = 100 * 1024;

    /// <summary>All faults of these settings; empty when they can be used.</summary>
    internal IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(ConnectionString)) faults.Add($"{nameof(ConnectionString)}: the connection to the portal database is missing.");
        if (string.IsNullOrWhiteSpace(SecretKeyFile)) faults.Add($"{nameof(SecretKeyFile)}: the path of the key file for app secrets is missing.");
        if (!Apps.Grammar.IsHost(BaseDomain)) faults.Add($"{nameof(BaseDomain)}: '{BaseDomain}' is not a host name.");
        if (IngressScheme is not ("http" or "https")) faults.Add($"{nameof(IngressScheme)}: must be http or https.");
        if (IngressPort is < 1 or > 65535) faults.Add($"{nameof(IngressPort)}: must be 1 to 65535.");
        if (RolloutDeadline < TimeSpan.FromSeconds(1)) faults.Add($"{nameof(RolloutDeadline)}: must be at least one second.");
        if (VolumeRetention < TimeSpan.Zero) faults.Add($"{nameof(VolumeRetention)}: must not be negative.");
        if (PollInterval < TimeSpan.FromMilliseconds(50)) faults.Add($"{nameof(PollInterval)}: must be at least 50 ms.");
        if (MetricsInterval < TimeSpan.FromSeconds(1) || MetricsInterval > TimeSpan.FromMinutes(10)) faults.Add($"{nameof(MetricsInterval)}: must be one second to ten minutes.");
        if (MetricsRetention < TimeSpan.FromHours(1)) faults.Add($"{nameof(MetricsRetention)}: must be at least an hour.");
        foreach (var range in NotificationNetworks.Where(range => !System.Net.IPNetwork.TryParse(range, out _))) faults.Add($"{nameof(NotificationNetworks)}: '{range}' is not a network such as 10.1.0.0/16.");
        foreach (var range in ClusterNetworks.Where(range => !System.Net.IPNetwork.TryParse(range, out _))) faults.Add($"{nameof(ClusterNetworks)}: '{range}' is not a network such as 10.1.0.0/16.");
        if (SmtpHost.Length > 0 && SmtpPort is < 1 or > 65535) faults.Add($"{nameof(SmtpPort)}: must be 1 to 65535.");
        if (MaxDeliveryBytes is < 1024 or > 25 * 1024 * 1024) faults.Add($"{nameof(MaxDeliveryBytes)}: must be 1 KiB to 25 MiB.");
        if (QuotaApps < 0 || QuotaInstances < 0 || QuotaCpuMillis < 0 || QuotaMemoryMebibytes < 0) faults.Add("Quota*: must not be negative.");
        return faults;
    }

    /// <summary>The address of an app by its host name.</summary>
    internal string UrlOf(string host) => (IngressScheme, IngressPort) is ("http", 80) or ("https", 443)
        ? $"{IngressScheme}://{host}/"
        : $"{IngressScheme}://{host}:{IngressPort}/";
}
