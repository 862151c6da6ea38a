using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Kube.ApiServer;
using Kube.ApiServer.Storage;
using Kube.Machinery.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Integration.Tests.ApiServer;

/// <summary>
/// A real API server on a free loopback port, with TLS, an authority of its own and an administrator's kubeconfig, over the in-memory store
/// or whatever store the caller registers. Runs the real kubectl against it.
/// </summary>
public sealed class ApiServerFixture : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ApiServerFixture(WebApplication app, string directory, CertificateAuthority authority, Uri address)
    {
        _app = app;
        Directory = directory;
        Authority = authority;
        Address = address;
        AdminKubeconfig = WriteKubeconfig("admin", "admin", ["system:masters"]);
    }

    /// <summary>Where the server listens: <c>https://127.0.0.1:PORT</c>.</summary>
    public Uri Address { get; }

    /// <summary>The cluster's authority.</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>Scratch directory; also holds pki/.</summary>
    public string Directory { get; }

    /// <summary>Path of the administrator's kubeconfig.</summary>
    public string AdminKubeconfig { get; }

    /// <summary>The server's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="configure">Adds to or replaces the server's services, for instance a PostgreSQL store.</param>
    /// <param name="options">Changes the options.</param>
    public static async Task<ApiServerFixture> StartAsync(Action<IServiceCollection>? configure = null, Action<ApiServerOptions>? options = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("portal-api-").FullName;
        var pki = System.IO.Directory.CreateDirectory(Path.Combine(directory, "pki")).FullName;
        var authority = CertificateAuthority.Create("portal-ca", TimeProvider.System);
        var serving = authority.IssueServing("kube-apiserver", ["localhost", "127.0.0.1", "kubernetes.default.svc"], TimeSpan.FromDays(1));
        var kubelet = authority.IssueClient("kube-apiserver-kubelet-client", ["system:masters"], TimeSpan.FromDays(1));
        await File.WriteAllTextAsync(Path.Combine(pki, "ca.crt"), authority.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(pki, "ca.key"), authority.PrivateKeyPem);
        await File.WriteAllTextAsync(Path.Combine(pki, "kubelet-client.crt"), kubelet.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(pki, "kubelet-client.key"), kubelet.PrivateKeyPem);
        using var ephemeral = X509Certificate2.CreateFromPem(serving.CertificatePem, serving.PrivateKeyPem);
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            }));
        });
        if (configure is null)
            builder.Services.AddSingleton<IObjectStore>(_ => new InMemoryObjectStore());
        configure?.Invoke(builder.Services);
        builder.Services.AddKubeApiServer(o =>
        {
            o.CaCertificatePath = Path.Combine(pki, "ca.crt");
            o.CaKeyPath = Path.Combine(pki, "ca.key");
            o.KubeletClientCertificatePath = Path.Combine(pki, "kubelet-client.crt");
            o.KubeletClientKeyPath = Path.Combine(pki, "kubelet-client.key");
            options?.Invoke(o);
        });
        var app = builder.Build();
        app.MapKubeApiServer();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ApiServerFixture(app, directory, authority, new Uri(address));
    }

    /// <summary>Writes a kubeconfig for a user with a fresh client certificate and returns its path.</summary>
    public string WriteKubeconfig(string file, string user, IReadOnlyCollection<string> groups)
    {
        var issued = Authority.IssueClient(user, groups, TimeSpan.FromDays(1));
        return WriteKubeconfig(file, $"client-certificate-data: {Base64(issued.CertificatePem)}\n    client-key-data: {Base64(issued.PrivateKeyPem)}");
    }

    /// <summary>Writes a kubeconfig with a bearer token and returns its path.</summary>
    public string WriteTokenKubeconfig(string file, string token) => WriteKubeconfig(file, $"token: {token}");

    /// <summary>Runs kubectl as the administrator.</summary>
    public Task<KubectlResult> KubectlAsync(params string[] arguments) => KubectlWithAsync(AdminKubeconfig, null, arguments);

    /// <summary>Runs kubectl with a kubeconfig and a text on its standard input.</summary>
    public Task<KubectlResult> KubectlWithAsync(string kubeconfig, string? input, params string[] arguments) => KubectlWithAsync(kubeconfig, input, null, arguments);

    /// <summary>Runs kubectl with a kubeconfig, a text on its standard input and additions to its environment.</summary>
    public async Task<KubectlResult> KubectlWithAsync(string kubeconfig, string? input, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory };
        start.ArgumentList.Add($"--kubeconfig={kubeconfig}");
        start.ArgumentList.Add($"--cache-dir={Path.Combine(Directory, "cache")}");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end; it said: {await output} {await error}");
        }

        return new KubectlResult(process.ExitCode, await output, await error);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(5)).Token);
        await _app.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private string WriteKubeconfig(string file, string credential)
    {
        var path = Path.Combine(Directory, file + ".kubeconfig");
        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: portal
            clusters:
            - name: portal
              cluster:
                server: {Address.ToString().TrimEnd('/')}
                certificate-authority-data: {Base64(Authority.CertificatePem)}
            users:
            - name: user
              user:
                {credential}
            contexts:
            - name: portal
              context: {"{"} cluster: portal, user: user {"}"}
            """);
        return path;
    }
}
