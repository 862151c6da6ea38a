using Portal.Host.Instance;
using Portal.Host.Postgres;
using Portal.Identity;

namespace Portal.Host.Composition;

/// <summary>How this instance sets up the identity room, for the console's host and for commands that run on the server's machine.</summary>
internal static class IdentitySettings
{
    /// <summary>Fills the options.</summary>
    public static void Apply(PortalIdentityOptions identity, StartOptions options, PostgresCluster postgres)
    {
        identity.PublicUrl = options.PublicUrl;
        identity.ConnectionString = postgres.ConnectionString("portal_app", "portal");
        identity.KeysDirectory = options.Data.Keys;
        identity.SetupCodePath = options.Data.SetupCode;
        identity.BackchannelAddress = new Uri($"http://127.0.0.1:{options.Ports.Console}");
        if (options.Authority is { } provider)
        {
            identity.Authority = new Uri(provider.Authority);
            identity.ClientId = provider.ClientId;
            identity.ClientSecret = provider.ClientSecret;
        }
    }

    /// <summary>A container with the identity room alone, for one command.</summary>
    /// <exception cref="StartException">The instance's database does not run.</exception>
    public static ServiceProvider Standalone(StartOptions options)
    {
        var postgres = new PostgresCluster(options.Data, TimeProvider.System);
        if (postgres.RunningProcessId() is null)
            throw new StartException($"the instance in {options.Data.Root} does not run. Start it with deploy/up, or give its --data.");
        return new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddPortalIdentity(identity => Apply(identity, options, postgres))
            .BuildServiceProvider();
    }
}
