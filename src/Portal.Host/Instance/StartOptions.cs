namespace Portal.Host.Instance;

/// <summary>Everything one start of an instance is told: by the command line, by <c>DATA/portal.json</c>, by the environment.</summary>
/// <param name="Data">The data directory.</param>
/// <param name="Ports">Outer ports.</param>
/// <param name="PublicUrl">The address at which people reach the console: the OpenID Connect issuer.</param>
/// <param name="BaseDomain">Domain under which apps without a domain of their own answer.</param>
/// <param name="NodeAddress">Address of this machine's node.</param>
/// <param name="ServerNames">Further names of the API server's certificate.</param>
/// <param name="Authority">OpenID Connect provider instead of the embedded one, with its client; or null.</param>
internal sealed record StartOptions(
    DataDirectory Data,
    Ports Ports,
    Uri PublicUrl,
    string BaseDomain,
    string NodeAddress,
    IReadOnlyList<string> ServerNames,
    ExternalProvider? Authority)
{
    /// <summary>Whether a node runs on this machine beside the server; else all nodes join from elsewhere.</summary>
    public bool HasNode { get; init; } = true;

    /// <summary>The API server as this machine's components reach it.</summary>
    public string KubernetesUrl => $"https://127.0.0.1:{Ports.Kubernetes}";

    /// <summary>Reads the settings; command-line values win over the file, the environment (<c>PORTAL__KEY</c>) over both.</summary>
    /// <exception cref="StartException">A setting is malformed; the message names its key.</exception>
    public static StartOptions Read(string? dataDirectory, int? portBase)
    {
        var data = new DataDirectory(Path.GetFullPath(dataDirectory ?? DataDirectory.DefaultRoot));
        IConfigurationRoot settings;
        try
        {
            settings = new ConfigurationBuilder()
                .AddJsonFile(data.SettingsFile, optional: true)
                .AddEnvironmentVariables("PORTAL__")
                .Build();
        }
        catch (InvalidDataException exception)
        {
            throw new StartException($"{data.SettingsFile} is not valid JSON: {exception.InnerException?.Message ?? exception.Message}", exception);
        }

        if (portBase is null && settings["PortBase"] is { } text)
            portBase = int.TryParse(text, out var number) ? number : throw new StartException($"PortBase in {data.SettingsFile} must be a number, not '{text}'.");
        var ports = Ports.From(portBase);
        var publicUrl = settings["PublicUrl"] ?? $"http://localhost:{ports.Console}";
        if (!Uri.TryCreate(publicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new StartException($"PublicUrl must be an absolute http or https address, not '{publicUrl}'.");
        var provider = settings["OpenIdConnect:Authority"] is { } authority
            ? new ExternalProvider(
                authority,
                settings["OpenIdConnect:ClientId"] ?? throw new StartException("OpenIdConnect:ClientId is missing beside OpenIdConnect:Authority."),
                settings["OpenIdConnect:ClientSecret"])
            : null;
        return new StartOptions(
            data,
            ports,
            url,
            settings["BaseDomain"] ?? "apps.localhost",
            settings["NodeAddress"] ?? ClusterPki.LocalAddresses().FirstOrDefault() ?? "127.0.0.1",
            settings.GetSection("ServerNames").GetChildren().Select(child => child.Value!).ToArray(),
            provider);
    }
}
