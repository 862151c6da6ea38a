using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Testing;

namespace Faults;

/// <summary>Clients that create ConfigMaps through API servers that come and go, and remember what was acknowledged.</summary>
internal sealed class ApiWriters(PortalInstance portal, string ns)
{
    /// <summary>The revision of every acknowledged ConfigMap by its name.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new();

    /// <summary>The administrator's client.</summary>
    public HttpClient Client()
    {
        var kubeconfig = File.ReadAllText(portal.AdminKubeconfig);
        string Field(string name) => Encoding.ASCII.GetString(Convert.FromBase64String(kubeconfig.Split('\n').First(line => line.Contains(name + ":", StringComparison.Ordinal)).Split(':')[1].Trim()));
        using var pem = X509Certificate2.CreateFromPem(Field("client-certificate-data"), Field("client-key-data"));
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        handler.ClientCertificates.Add(X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Writes until stopped, at whichever of the ports answers.</summary>
    public async Task WriteAsync(IReadOnlyList<int> ports, string prefix, CancellationToken stop)
    {
        using var http = Client();
        var at = 0;
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var name = $"{prefix}-{number}";
            try
            {
                using var content = new StringContent($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"a":"b"}}""", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
                using var response = await http.PostAsync(new Uri($"https://127.0.0.1:{ports[at % ports.Count]}/api/v1/namespaces/{ns}/configmaps"), content, stop);
                if (response.StatusCode == HttpStatusCode.Created)
                {
                    Acknowledged[name] = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(stop))!["metadata"]!["resourceVersion"]!;
                    continue;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                // Not acknowledged: it may be there or not.
            }

            at++;
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>What is there now, revision by name.</summary>
    public async Task<Dictionary<string, string>> PresentAsync(int port)
    {
        using var http = Client();
        var list = JsonNode.Parse(await http.GetStringAsync(new Uri($"https://127.0.0.1:{port}/api/v1/namespaces/{ns}/configmaps")))!;
        return list["items"]!.AsArray().ToDictionary(item => (string)item!["metadata"]!["name"]!, item => (string)item!["metadata"]!["resourceVersion"]!);
    }
}
