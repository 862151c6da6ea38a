using Testing;
using Xunit;

namespace Integration.Tests.Identity;

/// <summary>One cluster for all identity tests, one host for those that do not disturb each other, and one set of key files: RSA keys take long to make.</summary>
public sealed class IdentityPostgres : IAsyncLifetime
{
    public const string Collection = "identity";

    public PostgresServer Server { get; private set; } = null!;

    internal IdentityDatabase Database { get; private set; } = null!;

    /// <summary>A running host with the accounts ada@example.test and eve@example.test and the client <see cref="OidcTestClient"/>.</summary>
    internal IdentityHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await PostgresServer.StartNewAsync(new Dictionary<string, string> { ["max_connections"] = "200" });
        await IdentityDatabase.MigrateTemplateAsync(Server);
        Database = await IdentityDatabase.CreateAsync(Server);
        Host = await IdentityHost.StartAsync(Database);
        await OidcTestClient.RegisterAsync(Host);
        await Host.CreateUserAsync("ada@example.test");
        await Host.CreateUserAsync("eve@example.test");
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Server.DisposeAsync();
    }
}
