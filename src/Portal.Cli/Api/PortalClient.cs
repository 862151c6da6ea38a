using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Cli.Api;

/// <summary>The REST API as the command line uses it: JSON in, JSON out, problem details (RFC 9457) as <see cref="PortalProblem"/>.</summary>
internal sealed class PortalClient(HttpClient http) : IDisposable
{
    /// <summary>A client for <c>PORTAL_URL</c> with <c>PORTAL_TOKEN</c>.</summary>
    /// <exception cref="PortalProblem">A variable is missing or malformed.</exception>
    public static PortalClient FromEnvironment()
    {
        var url = Environment.GetEnvironmentVariable("PORTAL_URL") is { Length: > 0 } given ? given : "http://localhost:5080";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new PortalProblem($"PORTAL_URL must be an http or https address, not '{url}'.");
        if (Environment.GetEnvironmentVariable("PORTAL_TOKEN") is not { Length: > 0 } token)
            throw new PortalProblem("PORTAL_TOKEN is not set. Create a token in the console under Account, or on the server with: portal token create --user EMAIL --name NAME");
        var http = new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());
        http.DefaultRequestHeaders.UserAgent.ParseAdd("portal-cli");
        return new PortalClient(http);
    }

    /// <summary>Sends a request and reads the JSON answer; null when there is none.</summary>
    /// <exception cref="PortalProblem">The server refused or cannot be reached; the message is for a person.</exception>
    public async Task<JsonNode?> SendAsync(HttpMethod method, string path, string? body, string contentType, CancellationToken cancellationToken)
    {
        using var response = await SendRawAsync(method, path, body, contentType, HttpCompletionOption.ResponseContentRead, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    /// <summary>GET.</summary>
    public Task<JsonNode?> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, "application/json", cancellationToken);

    /// <summary>POST of a JSON document.</summary>
    public Task<JsonNode?> PostAsync(string path, JsonNode body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, body.ToJsonString(), "application/json", cancellationToken);

    /// <summary>Opens a text stream, for instance of logs.</summary>
    public async Task<HttpResponseMessage> StreamAsync(string path, CancellationToken cancellationToken) =>
        await SendRawAsync(HttpMethod.Get, path, null, "application/json", HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendRawAsync(HttpMethod method, string path, string? body, string contentType, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new PortalProblem($"Portal at {http.BaseAddress} cannot be reached: {exception.Message}. Is PORTAL_URL right?", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Problem(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
    }

    // {"title":"...","detail":"...","errors":[{"path":"spec.image","message":"..."}]} or errors as an object of arrays.
    private static PortalProblem Problem(HttpStatusCode status, string text)
    {
        JsonNode? problem = null;
        try
        {
            problem = JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // A proxy's page: only the status speaks.
        }

        var lines = new List<string>();
        if (problem is JsonObject document)
        {
            lines.Add((string?)document["detail"] ?? (string?)document["title"] ?? $"the server answered {(int)status}");
            if (document["errors"] is JsonArray list)
                lines.AddRange(list.OfType<JsonObject>().Select(error => $"  {(string?)error["path"]}: {(string?)error["message"]}"));
            else if (document["errors"] is JsonObject fields)
                lines.AddRange(fields.SelectMany(field => (field.Value as JsonArray ?? []).Select(message => $"  {field.Key}: {(string?)message}")));
        }
        else
        {
            lines.Add(status == HttpStatusCode.Unauthorized ? "PORTAL_TOKEN was refused: it is wrong, expired or revoked." : $"the server answered {(int)status}.");
        }

        return new PortalProblem(string.Join('\n', lines));
    }
}
