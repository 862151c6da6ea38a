using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Ingress.Figures;

/// <summary>
/// Publishes what each Ingress served where any client of the API may read it: the ConfigMap <c>ingress-figures</c> of its namespace, one key an Ingress, written only where
/// there was traffic. A value reads <c>requests errors b5 b10 b25 …</c> (<see cref="RequestFigures.Bounds"/>), counted since the start named in the annotation; after a restart
/// counting begins anew.
/// </summary>
internal sealed class IngressFiguresWriter(IngressFigures figures, IKubernetes client, TimeProvider timeProvider, ILogger<IngressFiguresWriter> logger) : BackgroundService
{
    /// <summary>The ConfigMap's name.</summary>
    public const string Name = "ingress-figures";

    private const string Manager = "portal-ingress";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private readonly string _start = timeProvider.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Writes what has changed.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        foreach (var (ns, requests, values) in figures.Changed())
        {
            var map = new V1ConfigMap
            {
                ApiVersion = "v1",
                Kind = "ConfigMap",
                Metadata = new V1ObjectMeta { Name = Name, NamespaceProperty = ns, Annotations = new Dictionary<string, string> { ["portal/counted-since"] = _start } },
                Data = new Dictionary<string, string>(values),
            };
            try
            {
                await client.CoreV1.PatchNamespacedConfigMapAsync(
                    new V1Patch(KubernetesJson.Serialize(map), V1Patch.PatchType.ApplyPatch), Name, ns, fieldManager: Manager, force: true, cancellationToken: cancellationToken).ConfigureAwait(false);
                figures.Published(ns, requests);
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
            {
                figures.Forget(ns);
            }
            catch (Exception e) when (e is HttpOperationException or HttpRequestException or IOException)
            {
                logger.IngressFiguresFailed(ns, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Period, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stoppingToken.IsCancellationRequested)
                    await PassAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
