using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace Kube.Node.Registration;

/// <summary>The server's answer to a certificate request, on a watch that is open before the request is made.</summary>
internal sealed class CertificateAnswer : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly string _name;

    private CertificateAnswer(HttpResponseMessage response, string name) => (_response, _name) = (response, name);

    /// <summary>Opens the watch; returns once the server has accepted it.</summary>
    /// <exception cref="HttpRequestException">The server is not reached, or refuses (401: the token is unknown, used or expired).</exception>
    public static async Task<CertificateAnswer> OpenAsync(IKubernetes client, string name, CancellationToken ct)
    {
        var connection = (Kubernetes)client;
        var path = $"apis/certificates.k8s.io/v1/certificatesigningrequests?watch=true&fieldSelector={Uri.EscapeDataString("metadata.name=" + name)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(connection.BaseUri, path));
        if (connection.Credentials is { } credentials)
            await credentials.ProcessHttpRequestAsync(request, ct).ConfigureAwait(false);
        var response = await connection.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return new CertificateAnswer(response, name);
        using (response)
        {
            throw new InvalidOperationException(response.StatusCode == System.Net.HttpStatusCode.Unauthorized
                ? "the server does not accept the node's credentials: the join string is unknown, used or expired (make another with 'portal node token')"
                : $"the server refused a certificate request: {(int)response.StatusCode} {response.ReasonPhrase}");
        }
    }

    /// <summary>Waits for the certificate.</summary>
    /// <returns>The certificate, PEM.</returns>
    /// <exception cref="InvalidOperationException">The request was denied, or the stream ended first.</exception>
    public async Task<string> ReadAsync(CancellationToken ct)
    {
        await using var stream = await _response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (await reader.ReadLineAsync(ct).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
                continue;
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("type").GetString() is not ("ADDED" or "MODIFIED"))
                continue;
            var request = KubernetesJson.Deserialize<V1CertificateSigningRequest>(document.RootElement.GetProperty("object"));
            if (request.Status?.Certificate is { Length: > 0 } certificate)
                return Encoding.ASCII.GetString(certificate);
            if (request.Status?.Conditions?.FirstOrDefault(c => c.Type is "Denied" or "Failed") is { } refused)
                throw new InvalidOperationException($"the server refused the certificate: {refused.Message}");
        }

        throw new InvalidOperationException($"the server ended the watch of certificate request {_name} before it answered");
    }

    public void Dispose() => _response.Dispose();
}
