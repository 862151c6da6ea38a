using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Testing;
using Xunit;

namespace Faults;

/// <summary>
/// kill -9 of the real server under constant writes, ten times: every acknowledged write is there afterwards, none twice. Slow because each round is a whole start.
/// </summary>
public sealed class A_killed_server_loses_nothing : IAsyncLifetime
{
    private const int Rounds = 10;
    private const int Writers = 8;
    private readonly PortalInstance _portal = new("faults");

    public async ValueTask InitializeAsync() => await _portal.StartAsync();

    public async ValueTask DisposeAsync() => await _portal.DisposeAsync();

    [Fact]
    public async Task Ten_times_in_a_row()
    {
        await _portal.KubectlOkAsync("create", "namespace", "faults");
        var acknowledged = new ConcurrentDictionary<string, string>();
        for (var round = 0; round < Rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var writers = Enumerable.Range(0, Writers).Select(writer => WriteAsync(acknowledged, $"r{round}-w{writer}", stop.Token)).ToArray();
            await Task.Delay(TimeSpan.FromMilliseconds(300 + Random.Shared.Next(1500)));
            await _portal.KillServerAsync();
            await stop.CancelAsync();
            await Task.WhenAll(writers);
            var up = await _portal.UpAsync();
            Assert.True(up.ExitCode == 0, up.Output + up.Error);
        }

        var list = JsonNode.Parse(await _portal.KubectlOkAsync("get", "configmaps", "-n", "faults", "-o", "json"))!["items"]!.AsArray();
        var present = list.ToDictionary(item => (string)item!["metadata"]!["name"]!, item => (string)item!["metadata"]!["resourceVersion"]!);
        Assert.NotEmpty(acknowledged);
        Assert.Empty(acknowledged.Keys.Except(present.Keys));
        Assert.Equal(present.Count, present.Values.Distinct().Count());
        Assert.All(acknowledged, written => Assert.Equal(written.Value, present[written.Key]));
    }

    private async Task WriteAsync(ConcurrentDictionary<string, string> acknowledged, string prefix, CancellationToken stop)
    {
        using var http = new HttpClient(Handler());
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var name = $"{prefix}-{number}";
            try
            {
                using var content = new StringContent($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"a":"b"}}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{_portal.PortBase + 1}/api/v1/namespaces/faults/configmaps"), content, stop);
                if (response.StatusCode == HttpStatusCode.Created)
                    acknowledged[name] = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(stop))!["metadata"]!["resourceVersion"]!;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // Not acknowledged: it may be there or not.
                return;
            }
        }
    }

    private HttpClientHandler Handler()
    {
        var kubeconfig = File.ReadAllText(_portal.AdminKubeconfig);
        string Field(string name) => Encoding.ASCII.GetString(Convert.FromBase64String(kubeconfig.Split('\n').First(line => line.Contains(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim()));
        using var pem = X509Certificate2.CreateFromPem(Field("client-certificate-data"), Field("client-key-data"));
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        handler.ClientCertificates.Add(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
        return handler;
    }
}
