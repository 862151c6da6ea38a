using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Identity;
using Portal.Identity.Accounts;
using Portal.Web.Account;
using Xunit;

namespace Integration.Tests.Identity;

/// <summary>The identity room and the account pages on real Kestrel and PostgreSQL, with one page and one REST endpoint behind them.</summary>
internal sealed class IdentityHost : IAsyncDisposable
{
    public const string Password = "correct horse battery";
    private static readonly string SharedKeys = Path.Combine(Directory.CreateTempSubdirectory("identity-keys-").FullName, "keys");
    private readonly string _directory;
    private readonly WebApplication _app;

    private IdentityHost(string directory, Uri publicUrl, Uri address, WebApplication app)
    {
        _directory = directory;
        PublicUrl = publicUrl;
        Address = address;
        _app = app;
    }

    public Uri PublicUrl { get; }

    /// <summary>Where Kestrel listens.</summary>
    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    public string SetupCodePath => Path.Combine(_directory, "setup-code");

    public static string KeysDirectory => SharedKeys;

    public static async Task<IdentityHost> StartAsync(
        IdentityDatabase database, string? directory = null, string? publicUrl = null, Action<PortalIdentityOptions>? configure = null)
    {
        var keys = directory is null ? SharedKeys : Path.Combine(directory, "keys");
        directory ??= Directory.CreateTempSubdirectory("identity-").FullName;
        var port = FreePort();
        var issuer = new Uri(publicUrl ?? $"http://localhost:{port}");
        var address = new Uri($"http://127.0.0.1:{port}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("IDENTITY_TEST_LOG") is not null)
            builder.Logging.AddConsole();
        builder.WebHost.UseKestrelCore().UseUrls(address.ToString());
        builder.Services.AddPortalIdentity(options =>
        {
            options.PublicUrl = issuer;
            options.ConnectionString = database.RuntimeConnectionString;
            options.KeysDirectory = keys;
            options.SetupCodePath = Path.Combine(directory, "setup-code");
            configure?.Invoke(options);
        });
        builder.Services.AddPortalAccount();
        var app = builder.Build();
        app.UsePortalIdentity();
        app.MapGet("/", (HttpContext http) => $"home of {http.User.FindFirst("email")!.Value}").RequireAuthorization(PortalAuthentication.PagePolicy);
        app.MapGet("/when", (HttpContext http) => http.User.FindFirst("portal:authenticated")?.Value ?? "never").RequireAuthorization(PortalAuthentication.PagePolicy);
        app.MapGet("/api/v1/when", (HttpContext http) => http.User.FindFirst("portal:authenticated")?.Value ?? "never").RequireAuthorization(PortalAuthentication.RestPolicy);
        app.MapMethods("/api/v1/me", ["GET", "POST"], (HttpContext http) => http.User.FindFirst("sub")!.Value).RequireAuthorization(PortalAuthentication.RestPolicy);
        app.MapPortalAccount();
        await app.StartAsync();
        return new IdentityHost(directory, issuer, address, app);
    }

    public Browser NewBrowser() => new(this);

    public async Task<AccountSummary> CreateUserAsync(string email, bool platformAdmin = false)
    {
        var outcome = await Services.GetRequiredService<CreateUser>().ExecuteAsync(new NewUser(email, Password, null, platformAdmin), CancellationToken.None);
        Assert.Empty(outcome.Faults);
        return outcome.Value!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
