using System.Globalization;
using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Kube.Network.Ingress.Configuration;
using Kube.Network.Objects;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kube.Network.Ingress;

/// <summary>
/// Tells the cluster what the ingress does: its IngressClass, <c>status.loadBalancer</c> of each Ingress served, and an event for each claim that lost. Never in the way of
/// the table.
/// </summary>
internal sealed class IngressStatusWriter(
    KubeIngressOptions options, IKubernetes client, TimeProvider timeProvider, ILogger<IngressStatusWriter> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ChangeSignal _signal = new();
    private readonly HashSet<HostConflict> _reported = [];
    private Findings? _findings;
    private bool _classIsThere;

    /// <summary>Hands over the configuration in force, and the Ingresses it was made from: judged by others, a newer one would get a status that is not its own.</summary>
    public void Report(IngressConfiguration configuration, IReadOnlyCollection<V1Ingress> ingresses)
    {
        Volatile.Write(ref _findings, new Findings(configuration, ingresses));
        _signal.Set();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Period;
        try
        {
            while (true)
            {
                await _signal.WaitAsync(wait, timeProvider, stoppingToken).ConfigureAwait(false);
                var complete = _classIsThere = _classIsThere || await TryAsync(options.ClassName, () => CreateClassAsync(stoppingToken)).ConfigureAwait(false);
                if (Volatile.Read(ref _findings) is not { } findings)
                    continue;
                complete &= await WriteStatusAsync(findings, stoppingToken).ConfigureAwait(false);
                complete &= await WriteEventsAsync(findings, stoppingToken).ConfigureAwait(false);
                wait = complete ? Period : RetryAfter;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    // Once a start, and only when it is missing: an administrator may have taken the mark of the default from it.
    private async Task CreateClassAsync(CancellationToken cancellationToken)
    {
        var present = await client.NetworkingV1.ListIngressClassAsync(fieldSelector: "metadata.name=" + options.ClassName, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (present.Items is { Count: > 0 })
            return;
        var ingressClass = new V1IngressClass
        {
            Metadata = new V1ObjectMeta { Name = options.ClassName, Annotations = new Dictionary<string, string> { ["ingressclass.kubernetes.io/is-default-class"] = "true" } },
            Spec = new V1IngressClassSpec { Controller = "portal/ingress" },
        };
        try
        {
            await client.NetworkingV1.CreateIngressClassAsync(ingressClass, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode is HttpStatusCode.Conflict)
        {
            // Another ingress was faster.
        }
    }

    private async Task<bool> WriteStatusAsync(Findings findings, CancellationToken cancellationToken)
    {
        var complete = true;
        var wanted = options.StatusAddresses.Select(address => IPAddress.TryParse(address, out _) ? new { ip = (string?)address, hostname = (string?)null } : new { ip = (string?)null, hostname = (string?)address }).ToList();
        var lost = findings.Configuration.Conflicts.Select(conflict => (conflict.Namespace, conflict.Ingress)).ToHashSet();
        foreach (var ingress in findings.Ingresses.Where(ingress => IngressCompiler.IsOfClass(ingress, options.ClassName)))
        {
            // An Ingress that lost a host is not (wholly) served: it gets no address, so that nobody waits for it in vain.
            var addresses = lost.Contains((ingress.Metadata.NamespaceProperty, ingress.Metadata.Name)) ? [] : wanted;
            var present = ingress.Status?.LoadBalancer?.Ingress ?? [];
            if (present.Select(entry => ((string?)entry.Ip, (string?)entry.Hostname)).SequenceEqual(addresses.Select(entry => (entry.ip, entry.hostname))))
                continue;
            var entries = addresses.Select(entry => entry.ip is null ? new Dictionary<string, string> { ["hostname"] = entry.hostname! } : new Dictionary<string, string> { ["ip"] = entry.ip });
            var patch = new V1Patch(JsonSerializer.Serialize(new { status = new { loadBalancer = new { ingress = entries } } }), V1Patch.PatchType.MergePatch);
            complete &= await TryAsync(ingress.Metadata.Name, () => client.NetworkingV1.PatchNamespacedIngressStatusAsync(
                patch, ingress.Metadata.Name, ingress.Metadata.NamespaceProperty, cancellationToken: cancellationToken)).ConfigureAwait(false);
        }
        return complete;
    }

    private async Task<bool> WriteEventsAsync(Findings findings, CancellationToken cancellationToken)
    {
        var complete = true;
        _reported.IntersectWith(findings.Configuration.Conflicts);
        foreach (var conflict in findings.Configuration.Conflicts.Where(conflict => !_reported.Contains(conflict)))
        {
            var ingress = findings.Ingresses.FirstOrDefault(i => i.Metadata.NamespaceProperty == conflict.Namespace && i.Metadata.Name == conflict.Ingress);
            if (ingress is null)
                continue;
            logger.HostConflict($"{conflict.Namespace}/{conflict.Ingress}", conflict.Host, "another namespace");
            var now = timeProvider.GetUtcNow().UtcDateTime;
            var warning = new Corev1Event
            {
                Metadata = new V1ObjectMeta
                {
                    Name = string.Create(CultureInfo.InvariantCulture, $"{conflict.Ingress}.{now.Ticks:x}"),
                    NamespaceProperty = conflict.Namespace,
                },
                InvolvedObject = new V1ObjectReference
                {
                    ApiVersion = "networking.k8s.io/v1",
                    Kind = "Ingress",
                    Name = conflict.Ingress,
                    NamespaceProperty = conflict.Namespace,
                    Uid = ingress.Metadata.Uid,
                    ResourceVersion = ingress.Metadata.ResourceVersion,
                },
                Type = "Warning",
                Reason = "HostConflict",
                // Who owns the host is not the loser's to know.
                Message = $"The host {(conflict.Host.Length == 0 ? "(any)" : conflict.Host)} is claimed by an older Ingress elsewhere; its rules here have no effect.",
                Source = new V1EventSource { Component = "ingress" },
                ReportingComponent = "portal/ingress",
                FirstTimestamp = now,
                LastTimestamp = now,
                Count = 1,
            };
            var written = await TryAsync(conflict.Ingress, () => client.CoreV1.CreateNamespacedEventAsync(warning, conflict.Namespace, cancellationToken: cancellationToken)).ConfigureAwait(false);
            complete &= written;
            if (written)
                _reported.Add(conflict);
        }
        return complete;
    }

    private async Task<bool> TryAsync(string ingress, Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return true;
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return true; // Deleted meanwhile.
        }
        catch (Exception exception) when (exception is HttpOperationException or HttpRequestException or IOException)
        {
            logger.IngressStatusFailed(ingress, exception.Message);
            return false;
        }
    }

    private sealed record Findings(IngressConfiguration Configuration, IReadOnlyCollection<V1Ingress> Ingresses);
}
