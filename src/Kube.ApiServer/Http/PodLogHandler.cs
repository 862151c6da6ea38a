using System.Globalization;
using Kube.ApiServer.Storage;
using Kube.Machinery.Metadata;
using Kube.Machinery.Schema;
using Microsoft.AspNetCore.Http.Features;

namespace Kube.ApiServer.Http;

/// <summary>Answers <c>pods/log</c> by asking the node's agent over mutual TLS and passing its bytes on as they come.</summary>
internal sealed class PodLogHandler(IObjectStore store, NodeConnection nodes)
{
    private static readonly string[] Passed = ["follow", "tailLines", "sinceSeconds", "sinceTime", "timestamps", "previous", "limitBytes"];

    public async Task HandleAsync(ResourceRequest request)
    {
        var stored = store.Get(request.Key) ?? throw Refusal.NotFound(request.Kind.Resource, request.Path.Name);
        var pod = DocumentReader.Read(stored.Json.Span);
        var container = PodContainers.Choose(pod, request.Path.Name, request.Query("container"));
        var nodeName = pod.Object("spec").Text("nodeName");
        if (string.IsNullOrEmpty(nodeName))
            throw Refusal.BadRequest($"pod {request.Path.Name} does not have a host assigned");
        foreach (var number in (ReadOnlySpan<string>)["tailLines", "sinceSeconds", "limitBytes"])
        {
            if (request.Query(number) is { Length: > 0 } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                throw Refusal.BadRequest($"{number}: Invalid value: \"{text}\": must be a number greater than or equal to 0");
        }

        var query = string.Join('&', Passed.Where(p => request.Query(p) is { Length: > 0 }).Select(p => $"{p}={Uri.EscapeDataString(request.Query(p)!)}"));
        var path = $"/containerLogs/{Uri.EscapeDataString(request.Path.Namespace)}/{Uri.EscapeDataString(request.Path.Name)}/{Uri.EscapeDataString(container)}?{query}";
        using var answer = await nodes.GetAsync(nodeName, path, request.Aborted).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            var text = await answer.Content.ReadAsStringAsync(request.Aborted).ConfigureAwait(false);
            throw Refusal.BadRequest(text.Length > 0 ? text.Trim() : $"the node answered {(int)answer.StatusCode}");
        }

        request.Http.Response.ContentType = "text/plain";
        request.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await request.Http.Response.StartAsync(request.Aborted).ConfigureAwait(false);
        var source = await answer.Content.ReadAsStreamAsync(request.Aborted).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await source.ReadAsync(buffer, request.Aborted).ConfigureAwait(false)) > 0)
            {
                await request.Http.Response.Body.WriteAsync(buffer.AsMemory(0, read), request.Aborted).ConfigureAwait(false);
                await request.Http.Response.Body.FlushAsync(request.Aborted).ConfigureAwait(false);
            }
        }
    }
}
