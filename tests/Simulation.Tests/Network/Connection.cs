using System.Net;
using Simulation.Tests.Plane;

namespace Simulation.Tests.Network;

/// <summary>Carries one process's requests to the API server and the answers back, by the rules of its link.</summary>
internal sealed class Connection(SimulatedNetwork network, Link link) : DelegatingHandler
{
    // Longer than a client waits for the head of an answer.
    private static readonly TimeSpan ClientPatience = TimeSpan.FromSeconds(30);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Severed);
        try
        {
            return await CarryAsync(request, either.Token);
        }
        catch (Exception) when (link.Severed.IsCancellationRequested)
        {
            // A dead process learns nothing.
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
            throw;
        }
    }

    private async Task<HttpResponseMessage> CarryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await link.TravelAsync(cancellationToken);
        var path = request.RequestUri!.PathAndQuery;
        if (link.Hanging is { } hanging && path.Contains(hanging, StringComparison.Ordinal))
        {
            await Task.Delay(ClientPatience, link.Clock, cancellationToken);
            throw new HttpRequestException("The API server gave no answer in time.");
        }

        if (!await link.PassAsync(() => link.RequestsAreLost, cancellationToken) || link.IsLost())
        {
            throw new HttpRequestException("The connection was lost before the request arrived.");
        }

        if (network.Server is not { } server)
        {
            throw new HttpRequestException("Connection refused.");
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, server.Dead);
        try
        {
            return await ExchangeAsync(server, request, path.Contains("watch=true", StringComparison.Ordinal), either.Token);
        }
        catch (OperationCanceledException) when (server.Dead.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("The connection was reset.");
        }
    }

    private async Task<HttpResponseMessage> ExchangeAsync(ApiServerProcess server, HttpRequestMessage request, bool isWatch, CancellationToken cancellationToken)
    {
        var response = await server.Handler.SendAsync(request, cancellationToken).WaitAsync(cancellationToken);
        if (isWatch && response.StatusCode == HttpStatusCode.OK)
        {
            var stream = new StreamContent(new WatchStream(link, await response.Content.ReadAsStreamAsync(cancellationToken)));
            await ReturnAsync(server, cancellationToken);
            return new HttpResponseMessage(response.StatusCode) { Content = stream, RequestMessage = request };
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).WaitAsync(cancellationToken);
        network.Answered(link, request, (int)response.StatusCode);
        await ReturnAsync(server, cancellationToken);
        return new HttpResponseMessage(response.StatusCode) { Content = new ByteArrayContent(body), RequestMessage = request };
    }

    private async Task ReturnAsync(ApiServerProcess server, CancellationToken cancellationToken)
    {
        await link.TravelAsync(cancellationToken);
        if (!await link.PassAsync(() => link.AnswersAreLost, cancellationToken) || link.IsLost() || !network.IsCurrent(server))
        {
            throw new HttpRequestException("The connection was lost before the answer came.");
        }
    }
}
