using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Testing;
using Xunit;

namespace Integration.Tests.Network;

/// <summary>The ingress with real Kestrel instances behind it, all on loopback.</summary>
public sealed class Ingress_leads_hosts_to_ready_pods : IAsyncLifetime
{
    private TestIngress _ingress = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _ingress = await TestIngress.StartAsync();
        _client = _ingress.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _ingress.DisposeAsync();
    }

    [Fact]
    public async Task A_host_leads_to_its_app_and_no_other()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        await using var two = await TestBackend.StartAsync("two", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"), Objects.Service("two", "10.96.0.2"));
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]), Objects.Slice("two", two.Port, ["127.0.0.1"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"), Objects.Ingress("*.two.example.com", "two"));
        await ServesAsync("http://one.example.com/", "one");
        await ServesAsync("http://x.two.example.com/", "two");
        await ServesAsync("http://ONE.example.com:1234/", "one");
    }

    [Fact]
    public async Task A_host_nobody_claims_is_a_404_in_plain_words()
    {
        using var answer = await _client.GetAsync("http://nobody.example.com/x");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("No app has the domain nobody.example.com", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://nobody.example.com/<script>");
        request.Headers.Accept.ParseAdd("text/html");
        using var page = await _client.SendAsync(request);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("<script", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_app_without_ready_instances_is_a_503_that_says_when_to_come_back()
    {
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        using var answer = await Eventually.Async("a 503", () => _client.GetAsync("http://one.example.com/"), response => response.StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_refused_connection_goes_to_another_instance_with_its_body()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        // Two of the three addresses refuse.
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1", "127.0.0.77", "127.0.0.78"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        await ServesAsync("http://one.example.com/", "one");
        for (var i = 0; i < 100; i++)
        {
            using var content = new ByteArrayContent(new byte[1000 * (i + 1)]);
            using var answer = await _client.PostAsync("http://one.example.com/body", content);
            Assert.Equal($"one {1000 * (i + 1)}", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_broken_connection_is_repeated_only_when_that_is_safe()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        await ServesAsync("http://one.example.com/", "one");
        using var content = new ByteArrayContent([1, 2, 3]);
        using var answer = await _client.PostAsync("http://one.example.com/break", content);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("refused or broke the connection", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instances_see_who_asked_and_clients_cannot_pretend()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        await ServesAsync("http://one.example.com/", "one");
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://one.example.com/echo");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "6.6.6.6");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", "https");
        request.Headers.TryAddWithoutValidation("Forwarded", "for=6.6.6.6");
        request.Headers.TryAddWithoutValidation("X-Secret", "hop");
        request.Headers.TryAddWithoutValidation("Connection", "X-Secret, X-Forwarded-For, Host");
        request.Headers.TryAddWithoutValidation("Keep-Me", "yes");
        using var answer = await _client.SendAsync(request);
        var headers = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.Contains("X-Forwarded-For: 127.0.0.1", headers);
        Assert.Contains("X-Forwarded-Proto: http", headers);
        Assert.Contains("X-Forwarded-Host: one.example.com", headers);
        Assert.Contains("Host: one.example.com", headers);
        Assert.Contains("Keep-Me: yes", headers);
        Assert.DoesNotContain(headers, header => header.Contains("6.6.6.6", StringComparison.Ordinal) || header.StartsWith("X-Secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Instances_come_and_go_under_load_and_no_request_fails()
    {
        // Endless rolling updates: an instance starts, enters; another leaves the table, then stops.
        var first = await TestBackend.StartAsync("i0", "127.0.0.2");
        var port = first.Port;
        var instances = new Queue<TestBackend>([first, await TestBackend.StartAsync("i1", "127.0.0.3", port)]);
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", port, instances.Select(i => i.Address)));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        await Eventually.Async("the app", () => _client.GetStringAsync("http://one.example.com/"), text => text.StartsWith('i'));

        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentBag<string>();
        var requests = 0;
        var load = Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            using var client = _ingress.Client();
            while (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref requests);
                try
                {
                    using var content = worker % 2 == 0 ? null : new ByteArrayContent(new byte[100]);
                    using var answer = content is null ? await client.GetAsync("http://one.example.com/") : await client.PostAsync("http://one.example.com/body", content);
                    if (!answer.IsSuccessStatusCode)
                        failures.Add($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                }
                catch (HttpRequestException exception)
                {
                    failures.Add(exception.ToString());
                }
            }
        })).ToList();
        var updates = 0;
        var clock = Stopwatch.StartNew();
        // Eight seconds, on a machine busy with other tests longer: few requests would prove little.
        while (clock.Elapsed < TimeSpan.FromSeconds(8) || (clock.Elapsed < TimeSpan.FromSeconds(60) && (updates <= 10 || requests <= 500)))
        {
            instances.Enqueue(await TestBackend.StartAsync($"i{updates + 2}", $"127.0.0.{4 + (updates % 200)}", port));
            _ingress.Slices.Set(Objects.Slice("one", port, instances.Select(i => i.Address)));
            var leaving = instances.Dequeue();
            _ingress.Slices.Set(Objects.Slice("one", port, instances.Select(i => i.Address)));
            // The pod's preStop hook gives three seconds for this; here it is a tenth. Meanwhile instances leave and enter without stopping.
            for (var i = 0; i < 30; i++)
            {
                var absent = i % instances.Count;
                _ingress.Slices.Set(Objects.Slice("one", port, instances.Where((_, index) => index != absent).Select(instance => instance.Address)));
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
            await leaving.DisposeAsync();
            updates++;
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        foreach (var instance in instances)
            await instance.DisposeAsync();
        TestContext.Current.SendDiagnosticMessage($"{updates} instances replaced and {updates * 32} endpoint changes under {requests} requests in {clock.Elapsed.TotalSeconds:0.0} s: {failures.Count} failed");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(3)));
        Assert.True(updates > 10 && requests > 500, $"{updates} updates, {requests} requests");
    }

    [Fact]
    public async Task A_lone_instance_that_lost_a_connection_is_asked_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var lost = 0;
        var serving = Task.Run(async () =>
        {
            using (await listener.AcceptTcpClientAsync())
                Interlocked.Increment(ref lost);
            using var second = await listener.AcceptTcpClientAsync();
            var stream = second.GetStream();
            await stream.ReadAtLeastAsync(new byte[1024], 1);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
        });
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", ((IPEndPoint)listener.LocalEndpoint).Port, ["127.0.0.1"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        HttpStatusCode status;
        do
        {
            using var answer = await _client.GetAsync("http://one.example.com/");
            status = answer.StatusCode;
        }
        while (Volatile.Read(ref lost) == 0);
        Assert.Equal(HttpStatusCode.OK, status);
        await serving;
    }

    [Fact]
    public async Task An_endpoint_serves_as_soon_as_it_is_told_and_no_longer_when_it_has_left()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one"));
        await Eventually.Async("a 503", () => _client.GetAsync("http://one.example.com/"), response => response.StatusCode == HttpStatusCode.ServiceUnavailable);
        for (var round = 0; round < 20; round++)
        {
            _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]));
            await Eventually.Async("an answer", () => _client.GetAsync("http://one.example.com/"), response => response.IsSuccessStatusCode);
            _ingress.Slices.Set(Objects.Slice("one", one.Port, []));
            await Eventually.Async("no answer", () => _client.GetAsync("http://one.example.com/"), response => !response.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task WebSockets_pass()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]));
        _ingress.Ingresses.Set(Objects.Ingress("one.localhost", "one"));
        await ServesAsync("http://one.localhost/", "one");
        using var socket = new ClientWebSocket();
        using var invoker = _ingress.Client();
        await socket.ConnectAsync(new Uri("ws://one.localhost/ws"), invoker, CancellationToken.None);
        for (var i = 0; i < 20; i++)
        {
            var text = Encoding.UTF8.GetBytes($"message {i}");
            await socket.SendAsync(text, WebSocketMessageType.Text, true, CancellationToken.None);
            var buffer = new byte[100];
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            Assert.Equal($"message {i}", Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    [Fact]
    public async Task Tls_shows_the_hosts_certificate_and_speaks_http2()
    {
        await using var one = await TestBackend.StartAsync("one", "127.0.0.1");
        _ingress.Services.Set(Objects.Service("one", "10.96.0.1"));
        _ingress.Slices.Set(Objects.Slice("one", one.Port, ["127.0.0.1"]));
        _ingress.Secrets.Set(Certificate("one-tls", "CN=one.example.com"));
        _ingress.Ingresses.Set(Objects.Ingress("one.example.com", "one", tlsSecret: "one-tls"));
        await ServesAsync("http://one.example.com/", "one");
        Assert.Equal(("CN=one.example.com", HttpStatusCode.OK, HttpVersion.Version20), await GetAsync("one.example.com"));
        var (subject, status, _) = await GetAsync("other.example.com");
        Assert.Contains("without a certificate", subject, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, status);

        async Task<(string, HttpStatusCode, Version)> GetAsync(string host)
        {
            var seen = "";
            using var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellationToken) =>
                {
                    var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, _ingress.HttpsPort, cancellationToken);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                },
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        seen = certificate!.Subject;
                        return certificate is X509Certificate2 shown && shown.NotAfter > shown.NotBefore;
                    },
                },
            };
            using var client = new HttpClient(handler);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{host}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await client.SendAsync(request);
            return (seen, answer.StatusCode, answer.Version);
        }
    }

    [Fact]
    public async Task The_ingress_shows_its_class_each_ingress_its_address_and_a_lost_claim_an_event()
    {
        var received = new ConcurrentQueue<(string Method, string Path, string Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var api = builder.Build();
        api.Map("/{**path}", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            received.Enqueue((request.Method, request.Path, await reader.ReadToEndAsync()));
            return Results.Json(new { });
        });
        await api.StartAsync();
        await using var ingress = await TestIngress.StartAsync(api.Urls.First());
        var late = Objects.Ingress("one.example.com", "one");
        late.Metadata.NamespaceProperty = "thief";
        late.Metadata.CreationTimestamp = new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc);
        var early = Objects.Ingress("one.example.com", "one");
        early.Metadata.CreationTimestamp = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        ingress.Ingresses.Set(late, early);
        // The controller is level-triggered: this API keeps nothing, so a status may be written again.
        await Eventually.Async("a class, a status and an event", () => Task.FromResult(received.Where(request => request.Method != "GET").Select(request => request.Path).Distinct().Count()), count => count == 3);
        var (_, path, body) = received.First(request => request.Method == "PATCH");
        Assert.Equal("/apis/networking.k8s.io/v1/namespaces/test/ingresses/one/status", path);
        Assert.Equal("""{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"},{"hostname":"lb.example.com"}]}}}""", body);
        (_, _, body) = received.Single(request => request is { Method: "POST", Path: "/apis/networking.k8s.io/v1/ingressclasses" });
        Assert.Contains("""ingressclass.kubernetes.io/is-default-class":"true""", body, StringComparison.Ordinal);
        (_, _, body) = received.First(request => request is { Method: "POST", Path: "/api/v1/namespaces/thief/events" });
        using var json = JsonDocument.Parse(body);
        Assert.Equal("HostConflict", json.RootElement.GetProperty("reason").GetString());
        Assert.DoesNotContain("test", json.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task ServesAsync(string address, string expected) =>
        await Eventually.Async($"{address} to answer {expected}", () => _client.GetStringAsync(address), text => text == expected);

    private static V1Secret Certificate(string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return new V1Secret
        {
            Type = "kubernetes.io/tls",
            Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "test", ResourceVersion = "1" },
            Data = new Dictionary<string, byte[]> { ["tls.crt"] = Encoding.UTF8.GetBytes(certificate.ExportCertificatePem()), ["tls.key"] = Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem()) },
        };
    }
}
