using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using Kube.Machinery.LeaderElection;

namespace Kube.Machinery.Client;

/// <summary>Sends requests with the credentials and the trust of an <see cref="IKubernetes"/>.</summary>
internal sealed class ApiConnection(IKubernetes client)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    // The generated operations cannot stream a watch of any model nor send an object without dropping fields; the HttpClient below them can.
    private readonly Kubernetes _client = client as Kubernetes
        ?? throw new ArgumentException($"A {client.GetType().Name} gives no access to its HttpClient; use KubeClients.", nameof(client));

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string? contentType,
        CancellationToken cancellationToken,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(method, new Uri(_client.BaseUri, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (method != HttpMethod.Get && LeaderTerm.Current is { } term)
        {
            request.Headers.Add(LeaderTerm.Header, term.ToString());
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(contentType ?? "application/json"));
        }

        if (_client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        // Bounds the wait for the answer's head (and body, when it is read at once), never a stream that has begun.
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        HttpResponseMessage response;
        try
        {
            response = await _client.HttpClient.SendAsync(request, completion, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The API server gave no answer to {method} {path} within {AnswerTimeout.TotalSeconds} s.");
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ApiException(response.StatusCode, await StatusOf(response, cancellationToken));
        }
    }

    private static async Task<V1Status> StatusOf(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            var status = KubernetesJson.Deserialize<V1Status>(text);
            if (status?.Kind == "Status")
            {
                return status;
            }
        }
        catch (JsonException)
        {
            // A proxy's or Kestrel's own answer: its text becomes the message.
        }

        return new V1Status
        {
            Code = (int)response.StatusCode,
            Status = "Failure",
            Message = text.Length == 0 ? $"The API server answered {(int)response.StatusCode} {response.ReasonPhrase}." : text,
        };
    }
}
