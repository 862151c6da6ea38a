using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Testing;

namespace Benchmarks.Instance;

/// <summary>HTTP/2 clients of an instance's Kubernetes API with the administrator's certificate.</summary>
internal sealed class ApiClients : IDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly List<HttpClient> _clients = [];

    public ApiClients(PortalInstance portal)
    {
        var kubeconfig = File.ReadAllText(portal.AdminKubeconfig);
        string Field(string name) => Encoding.ASCII.GetString(Convert.FromBase64String(kubeconfig.Split('\n').First(line => line.Contains(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim()));
        using var pem = X509Certificate2.CreateFromPem(Field("client-certificate-data"), Field("client-key-data"));
        _certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        Root = new Uri($"https://127.0.0.1:{portal.PortBase + 1}");
    }

    /// <summary>The API server's address.</summary>
    public Uri Root { get; init; }

    /// <summary>A connection of its own.</summary>
    /// <param name="token">Who asks instead of the administrator.</param>
    public HttpClient Connect(string? token = null)
    {
        // The server is this machine's own, made a minute ago by this program.
#pragma warning disable CA5359
        var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { ClientCertificates = token is null ? [_certificate] : [], RemoteCertificateValidationCallback = (_, _, _, _) => true } };
#pragma warning restore CA5359
        var client = new HttpClient(handler) { BaseAddress = Root, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        lock (_clients) _clients.Add(client);
        return client;
    }

    /// <summary>Clients in a closed loop for a time, twenty on a connection; the action is told client and number.</summary>
    /// <returns>How many a second, and the times of each in milliseconds, sorted.</returns>
    public async Task<(double Rate, double[] Times)> LoopAsync(int clients, TimeSpan length, Func<HttpClient, int, int, Task> action, string? token = null)
    {
        var connections = Enumerable.Range(0, Math.Max(1, clients / 20)).Select(_ => Connect(token)).ToArray();
        var clock = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var mine = new List<double>();
            for (var number = 0; clock.Elapsed < length; number++)
            {
                var started = Stopwatch.GetTimestamp();
                await action(connections[client % connections.Length], client, number);
                mine.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return mine;
        })));
        return (times.Sum(mine => mine.Count) / clock.Elapsed.TotalSeconds, [.. times.SelectMany(mine => mine).Order()]);
    }

    /// <summary>JSON content.</summary>
    public static StringContent Json(string text) => new(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    /// <summary>A ConfigMap of 1 KB. An update needs a number of its own: one that changes nothing is not written.</summary>
    public static string ConfigMap(string name, string version = "", int number = 0) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"{{(version.Length == 0 ? "" : $",\"resourceVersion\":\"{version}\"")}} },"data":{"value":"{{new string('x', 990)}}{{number:0000000000}}"} }""");

    /// <summary>Creates many objects with some clients.</summary>
    public async Task FillAsync(string path, int count, Func<int, string> body)
    {
        var next = -1;
        var connections = Enumerable.Range(0, 4).Select(_ => Connect()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(client => Task.Run(async () =>
        {
            for (var n = Interlocked.Increment(ref next); n < count; n = Interlocked.Increment(ref next))
            {
                using var content = Json(body(n));
                using var response = await connections[client % connections.Length].PostAsync(path, content);
                response.EnsureSuccessStatusCode();
            }
        })));
    }

    /// <summary>The value at a share of sorted times, as text.</summary>
    public static string At(double[] times, double share) => times.Length == 0 ? "-" : times[Math.Min(times.Length - 1, (int)(times.Length * share))].ToString("0.0 ms", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _certificate.Dispose();
    }
}
