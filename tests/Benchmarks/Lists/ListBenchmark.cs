using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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

namespace Benchmarks.Lists;

/// <summary>
/// Lists through the whole API over TLS, the client in the same process: 10,000 ConfigMaps of 1 KB whole, compressed and in pages, and a label
/// selector that none of 50,000 matches. Reads never touch PostgreSQL, so the store is in memory.
/// </summary>
internal static class ListBenchmark
{
    private const int Rounds = 15;

    /// <summary>Runs it.</summary>
    public static async Task<IReadOnlyList<Figure>> RunAsync(string[] arguments)
    {
        var scratch = Directory.CreateTempSubdirectory("portal-lists-").FullName;
        await using var app = await StartAsync(scratch);
        var store = app.Services.GetRequiredService<IObjectStore>();
        await FillAsync(store, "whole", 10_000);
        await FillAsync(store, "many", 50_000);
        using var client = Client(scratch, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        const string whole = "/api/v1/namespaces/whole/configmaps";
        var figures = new List<Figure>
        {
            await MeasureAsync("list of 10,000 x 1 KB whole", "at most 20 ms", () => ReadAsync(client, whole, gzip: false)),
            await MeasureAsync("the same with gzip", "at most 60 ms", () => ReadAsync(client, whole, gzip: true)),
            await MeasureAsync("the same in pages of 500", "at most 80 ms", () => PagesAsync(client, whole)),
            await MeasureAsync("label selector that none of 50,000 matches", "at most 5 ms", () => ReadAsync(client, "/api/v1/namespaces/many/configmaps?labelSelector=none%3Dsuch", gzip: false)),
        };
        await app.StopAsync();
        Directory.Delete(scratch, recursive: true);
        return figures;
    }

    private static async Task<Figure> MeasureAsync(string name, string target, Func<Task<long>> run)
    {
        for (var i = 0; i < 5; i++)
            await run();
        var times = new List<double>();
        var bytes = 0L;
        for (var i = 0; i < Rounds; i++)
        {
            var began = Stopwatch.GetTimestamp();
            bytes = await run();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return new Figure("lists: " + name, string.Create(CultureInfo.InvariantCulture, $"median {times[Rounds / 2]:0.0} ms, best {times[0]:0.0} ms ({bytes / 1024:n0} KB on the wire)"), target);
    }

    private static async Task<long> ReadAsync(HttpClient client, string path, bool gzip)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (gzip)
            request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[128 * 1024];
        long total = 0;
        for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
            total += read;
        return total;
    }

    private static async Task<long> PagesAsync(HttpClient client, string path)
    {
        long total = 0;
        for (string? token = ""; token is not null;)
        {
            var body = await client.GetByteArrayAsync(new Uri($"{path}?limit=500{(token.Length > 0 ? "&continue=" + token : "")}", UriKind.Relative));
            total += body.Length;
            // The token stands in the first few hundred bytes; parsing the page would measure the client.
            var head = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(600, body.Length)));
            var at = head.IndexOf("\"continue\":\"", StringComparison.Ordinal);
            token = at < 0 ? null : head[(at + 12)..head.IndexOf('"', at + 12)];
        }

        return total;
    }

    private static async Task FillAsync(IObjectStore store, string ns, int count)
    {
        var random = new Random(1);
        var writes = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            var noise = new byte[500];
            random.NextBytes(noise);
            var json = $$$"""{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"m-{{{i:00000}}}","namespace":"{{{ns}}}","uid":"{{{Guid.NewGuid()}}}","creationTimestamp":"2026-01-01T00:00:00Z","labels":{"app":"bench"}},"data":{"noise":"{{{Convert.ToBase64String(noise)}}}"} }""";
            writes.Add(store.WriteAsync(new Write(WriteKind.Create, new ObjectKey("configmaps", ns, $"m-{i:00000}"), 0, Encoding.UTF8.GetBytes(json), new Dictionary<string, string> { ["app"] = "bench" }), CancellationToken.None).AsTask());
            if (writes.Count == 500)
            {
                await Task.WhenAll(writes);
                writes.Clear();
            }
        }

        await Task.WhenAll(writes);
    }

    private static HttpClient Client(string scratch, string address)
    {
        var handler = new SocketsHttpHandler();
        using var ephemeral = X509Certificate2.CreateFromPemFile(Path.Combine(scratch, "admin.crt"), Path.Combine(scratch, "admin.key"));
        handler.SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null,
            ClientCertificates = [X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null)],
        };
        return new HttpClient(handler) { BaseAddress = new Uri(address) };
    }

    private static async Task<WebApplication> StartAsync(string scratch)
    {
        var authority = CertificateAuthority.Create("bench", TimeProvider.System);
        var admin = authority.IssueClient("admin", ["system:masters"], TimeSpan.FromDays(1));
        var serving = authority.IssueServing("kube-apiserver", ["localhost", "127.0.0.1"], TimeSpan.FromDays(1));
        foreach (var (name, text) in new[] { ("ca.crt", authority.CertificatePem), ("ca.key", authority.PrivateKeyPem), ("admin.crt", admin.CertificatePem), ("admin.key", admin.PrivateKeyPem) })
            await File.WriteAllTextAsync(Path.Combine(scratch, name), text);
        using var ephemeral = X509Certificate2.CreateFromPem(serving.CertificatePem, serving.PrivateKeyPem);
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.ClientCertificateValidation = (_, _, _) => true;
        })));
        builder.Services.AddSingleton<IObjectStore>(_ => new InMemoryObjectStore());
        builder.Services.AddKubeApiServer(o =>
        {
            o.CaCertificatePath = Path.Combine(scratch, "ca.crt");
            o.CaKeyPath = Path.Combine(scratch, "ca.key");
        });
        var app = builder.Build();
        app.MapKubeApiServer();
        await app.StartAsync();
        return app;
    }
}
