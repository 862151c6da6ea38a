using System.Text;
using System.Text.Json.Nodes;
using Kube.ApiServer;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Http;
using Kube.ApiServer.Storage;
using Kube.Machinery.Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kube.Tests.Registry;

/// <summary>The whole API server without a socket, over the in-memory store; every request is the administrator's.</summary>
internal sealed class InProcessApiServer : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _directory;

    private InProcessApiServer(IHost host, string directory)
    {
        _host = host;
        _directory = directory;
    }

    public IServiceProvider Services => _host.Services;

    public static async Task<InProcessApiServer> StartAsync(Action<IServiceCollection>? add = null)
    {
        var directory = Directory.CreateTempSubdirectory("portal-kinds-").FullName;
        var authority = CertificateAuthority.Create("portal-ca", TimeProvider.System);
        await File.WriteAllTextAsync(Path.Combine(directory, "ca.crt"), authority.CertificatePem);
        await File.WriteAllTextAsync(Path.Combine(directory, "ca.key"), authority.PrivateKeyPem);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton<IObjectStore>(_ => new InMemoryObjectStore());
        builder.Services.AddSingleton<ITokenAuthenticator, EverybodyIsAdministrator>();
        builder.Services.AddKubeApiServer(o =>
        {
            o.CaCertificatePath = Path.Combine(directory, "ca.crt");
            o.CaKeyPath = Path.Combine(directory, "ca.key");
        });
        add?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new InProcessApiServer(host, directory);
    }

    public Task<ApiAnswer> GetAsync(string path, string accept = "application/json", params (string Name, string Value)[] headers) => SendAsync("GET", path, null, null, accept, headers);

    public Task<ApiAnswer> CreateAsync(string path, string yaml) => SendAsync("POST", path, yaml, "application/yaml");

    public Task<ApiAnswer> ReplaceAsync(string path, string yaml) => SendAsync("PUT", path, yaml, "application/yaml");

    public Task<ApiAnswer> PatchAsync(string path, string json, string type = "application/merge-patch+json") => SendAsync("PATCH", path, json, type);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync("DELETE", path, null, null);

    public async Task<ApiAnswer> SendAsync(string method, string path, string? body, string? contentType, string accept = "application/json", params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext { RequestServices = Services };
        var query = path.IndexOf('?', StringComparison.Ordinal);
        http.Request.Method = method;
        http.Request.Path = query < 0 ? path : path[..query];
        http.Request.QueryString = new QueryString(query < 0 ? "" : path[query..]);
        http.Request.Headers.Authorization = "Bearer administrator";
        http.Request.Headers.Accept = accept;
        foreach (var (name, value) in headers)
            http.Request.Headers[name] = value;
        if (body is not null)
        {
            var bytes = Encoding.UTF8.GetBytes(body);
            http.Request.Body = new MemoryStream(bytes);
            http.Request.ContentLength = bytes.Length;
            http.Request.ContentType = contentType;
        }

        var output = new MemoryStream();
        http.Response.Body = output;
        await Services.GetRequiredService<RequestDispatcher>().HandleAsync(http);
        await http.Response.BodyWriter.FlushAsync();
        var text = Encoding.UTF8.GetString(output.ToArray());
        return new ApiAnswer(http.Response.StatusCode, text.Length > 0 && text[0] == '{' ? JsonNode.Parse(text.Split('\n')[0])!.AsObject() : [], http.Response.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private sealed class EverybodyIsAdministrator : ITokenAuthenticator
    {
        public ValueTask<UserInfo?> AuthenticateAsync(string bearerToken, CancellationToken cancellationToken) =>
            ValueTask.FromResult<UserInfo?>(new UserInfo("admin", "", ["system:masters"], UserInfo.NoExtra));
    }
}
