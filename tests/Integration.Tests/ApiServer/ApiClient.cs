using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>The API as bytes on the wire, as the administrator: what a typed client would hide is what these tests look at.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client of a server.</summary>
    public ApiClient(ApiServerFixture server, string user = "admin", params string[] groups)
    {
        ArgumentNullException.ThrowIfNull(server);
        var issued = server.Authority.IssueClient(user, groups.Length == 0 ? ["system:masters"] : groups, TimeSpan.FromDays(1));
        using var ephemeral = X509Certificate2.CreateFromPem(issued.CertificatePem, issued.PrivateKeyPem);
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null;
        handler.SslOptions.ClientCertificates = [X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null)];
        _http = new HttpClient(handler) { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and reads the answer whole.</summary>
    public async Task<ApiAnswer> SendAsync(HttpMethod method, string path, byte[]? body = null, string contentType = "application/json", string? accept = null, string? encoding = null, (string Name, string Value)? header = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }

        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        if (encoding is not null)
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        if (header is { } more)
            request.Headers.TryAddWithoutValidation(more.Name, more.Value);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var warnings = response.Headers.TryGetValues("Warning", out var values) ? values.ToArray() : [];
        return new ApiAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), warnings, string.Join(',', response.Content.Headers.ContentEncoding));
    }

    /// <summary>Sends JSON text.</summary>
    public Task<ApiAnswer> SendAsync(HttpMethod method, string path, string body, string contentType = "application/json") => SendAsync(method, path, Encoding.UTF8.GetBytes(body), contentType);

    /// <summary>Reads, or fails the test.</summary>
    public async Task<JsonNode> GetAsync(string path) => (await SendAsync(HttpMethod.Get, path)).Ok;

    /// <summary>Creates, or fails the test.</summary>
    public async Task<JsonNode> CreateAsync(string path, JsonNode document) => (await SendAsync(HttpMethod.Post, path, document.ToJsonString())).Ok;

    /// <summary>Replaces, or fails the test.</summary>
    public async Task<JsonNode> PutAsync(string path, JsonNode document) => (await SendAsync(HttpMethod.Put, path, document.ToJsonString())).Ok;

    /// <summary>Patches with a merge patch, or fails the test.</summary>
    public async Task<JsonNode> MergeAsync(string path, string patch) => (await SendAsync(HttpMethod.Patch, path, patch, "application/merge-patch+json")).Ok;

    /// <summary>Deletes, or fails the test.</summary>
    public async Task<JsonNode> DeleteAsync(string path, string? options = null) => (await SendAsync(HttpMethod.Delete, path, options is null ? null : Encoding.UTF8.GetBytes(options))).Ok;

    /// <summary>The events of a watch that ends by itself: give the path a timeoutSeconds.</summary>
    public async Task<IReadOnlyList<JsonNode>> EventsAsync(string path)
    {
        var answer = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(200, answer.Code);
        return [.. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>Follows a watch for as long as it is read.</summary>
    public async IAsyncEnumerable<JsonNode> WatchAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            yield return JsonNode.Parse(line)!;
    }
}
