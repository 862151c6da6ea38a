using System.Globalization;
using Grpc.Core;
using k8s.Models;
using Kube.Node.Cri;
using Kube.Node.Cri.V1;
using Kube.Node.Pods;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Kube.Node.Streaming;

/// <summary>The kubelet's <c>/exec</c>, <c>/attach</c> and <c>/portForward</c>.</summary>
internal sealed class StreamEndpoints(IPodApi pods, CriClient cri, RuntimeStreams streams, StartedCommands commands, AttachLimit attaches)
{
    private static readonly string[] Methods = ["GET", "POST"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/exec/{podNamespace}/{pod}/{container}", Methods, ExecAsync);
        routes.MapMethods("/exec/{podNamespace}/{pod}/{uid}/{container}", Methods, ExecAsync);
        routes.MapMethods("/attach/{podNamespace}/{pod}/{container}", Methods, AttachAsync);
        routes.MapMethods("/attach/{podNamespace}/{pod}/{uid}/{container}", Methods, AttachAsync);
        routes.MapMethods("/portForward/{podNamespace}/{pod}", Methods, PortForwardAsync);
        routes.MapMethods("/portForward/{podNamespace}/{pod}/{uid}", Methods, PortForwardAsync);
    }

    private Task ExecAsync(HttpContext context, string podNamespace, string pod, string container, string? uid) =>
        InContainerAsync(context, podNamespace, pod, uid, container, async (id, _, ct) =>
        {
            var query = context.Request.Query;
            var request = new ExecRequest { ContainerId = id, Tty = Flag(query, "tty"), Stdin = Flag(query, "input"), Stdout = Flag(query, "output"), Stderr = Flag(query, "error") && !Flag(query, "tty") };
            request.Cmd.Add(query["command"].OfType<string>());
            var address = await cri.ExecAsync(request, ct).ConfigureAwait(false);
            await commands.RunAsync(id, request.Cmd, () => streams.RelayAsync(context, address)).ConfigureAwait(false);
        });

    private Task AttachAsync(HttpContext context, string podNamespace, string pod, string container, string? uid) =>
        InContainerAsync(context, podNamespace, pod, uid, container, async (id, tty, ct) =>
        {
            if (!await attaches.TryTakeAsync(id, ct).ConfigureAwait(false))
            {
                await RefuseAsync(context, 429, $"container {container} has been attached to too often since it last wrote something").ConfigureAwait(false);
                return;
            }

            var query = context.Request.Query;
            var request = new AttachRequest { ContainerId = id, Tty = tty, Stdin = Flag(query, "input"), Stdout = Flag(query, "output"), Stderr = Flag(query, "error") && !tty };
            await streams.RelayAsync(context, await cri.AttachAsync(request, ct).ConfigureAwait(false)).ConfigureAwait(false);
        });

    private Task PortForwardAsync(HttpContext context, string podNamespace, string pod, string? uid) =>
        RunAsync(context, podNamespace, pod, uid, async (found, ct) =>
        {
            var sandbox = (await cri.ListPodSandboxesAsync(found.Metadata.Uid, ct).ConfigureAwait(false)).FirstOrDefault(s => s.State == PodSandboxState.SandboxReady);
            if (sandbox is null)
            {
                await RefuseAsync(context, 404, $"pod {pod} has no running sandbox").ConfigureAwait(false);
                return;
            }

            var request = new PortForwardRequest { PodSandboxId = sandbox.Id };
            foreach (var port in context.Request.Query["port"])
            {
                if (!ushort.TryParse(port, CultureInfo.InvariantCulture, out var number))
                {
                    await RefuseAsync(context, 400, $"'{port}' is no port").ConfigureAwait(false);
                    return;
                }

                request.Port.Add(number);
            }

            await streams.RelayAsync(context, await cri.PortForwardAsync(request, ct).ConfigureAwait(false)).ConfigureAwait(false);
        });

    private Task InContainerAsync(HttpContext context, string podNamespace, string pod, string? uid, string container, Func<string, bool, CancellationToken, Task> stream) =>
        RunAsync(context, podNamespace, pod, uid, async (found, ct) =>
        {
            var running = (await cri.ListContainersAsync(found.Metadata.Uid, ct).ConfigureAwait(false))
                .FirstOrDefault(c => c.State == ContainerState.ContainerRunning && c.Metadata.Name == container);
            if (running is null)
                await RefuseAsync(context, 404, $"container not found (\"{container}\")").ConfigureAwait(false);
            else
                await stream(running.Id, HasTerminal(found, container), ct).ConfigureAwait(false);
        });

    private async Task RunAsync(HttpContext context, string podNamespace, string pod, string? uid, Func<V1Pod, CancellationToken, Task> stream)
    {
        var found = pods.List().FirstOrDefault(p => p.Metadata.NamespaceProperty == podNamespace && p.Metadata.Name == pod && (uid is null || uid == p.Metadata.Uid));
        if (found is null)
        {
            await RefuseAsync(context, 404, "pod does not exist").ConfigureAwait(false);
            return;
        }

        if (context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true)
        {
            await RefuseAsync(context, 400, "Upgrade request required").ConfigureAwait(false);
            return;
        }

        try
        {
            await stream(found, context.RequestAborted).ConfigureAwait(false);
        }
        catch (RpcException e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await RefuseAsync(context, 500, e.Status.Detail).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException or RpcException)
        {
            // One side has gone: so does the other.
            context.Abort();
        }
    }

    private static bool HasTerminal(V1Pod pod, string container) =>
        pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(c => c.Name == container)?.Tty
        ?? pod.Spec.EphemeralContainers?.FirstOrDefault(c => c.Name == container)?.Tty
        ?? false;

    private static bool Flag(IQueryCollection query, string key) => query[key].ToString() is "1" or "true";

    private static Task RefuseAsync(HttpContext context, int code, string reason)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }
}
