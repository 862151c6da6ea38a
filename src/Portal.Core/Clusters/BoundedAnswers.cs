namespace Portal.Core.Clusters;

/// <summary>Ends answers that have no end: whatever a foreign cluster sends is read into memory, a list as a whole, a watch and a log line by line.</summary>
internal sealed class BoundedAnswers : DelegatingHandler
{
    /// <summary>The longest list, and the longest line of a stream, in bytes.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols) return answer;
        var (path, query) = (request.RequestUri?.AbsolutePath ?? "", request.RequestUri?.Query ?? "");
        var isStream = query.Contains("watch=true", StringComparison.OrdinalIgnoreCase) || path.EndsWith("/log", StringComparison.Ordinal);
        var content = new StreamContent(new BoundedStream(await answer.Content.ReadAsStreamAsync(cancellationToken), MostBytes, isStream));
        foreach (var (name, values) in answer.Content.Headers) content.Headers.TryAddWithoutValidation(name, values);
        answer.Content = content;
        return answer;
    }
}
