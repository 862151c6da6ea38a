using k8s;

namespace Portal.Core.Apply;

/// <summary>The kinds the compiler makes, from what pods need to what leads to them.</summary>
internal static class KubeKinds
{
    public static IReadOnlyList<KubeKind> All { get; } =
    [
        new(
            "Namespace",
            async call => await call.Client.CoreV1.PatchNamespaceAsync(call.Patch, call.Name, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            null,
            (client, name, _, how, cancel) => client.CoreV1.DeleteNamespaceAsync(name, how, cancellationToken: cancel)),
        new(
            "ServiceAccount",
            async call => await call.Client.CoreV1.PatchNamespacedServiceAccountAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.CoreV1.ListNamespacedServiceAccountAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedServiceAccountAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "ConfigMap",
            async call => await call.Client.CoreV1.PatchNamespacedConfigMapAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.CoreV1.ListNamespacedConfigMapAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedConfigMapAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "Secret",
            async call => await call.Client.CoreV1.PatchNamespacedSecretAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.CoreV1.ListNamespacedSecretAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedSecretAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "PersistentVolumeClaim",
            async call => await call.Client.CoreV1.PatchNamespacedPersistentVolumeClaimAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.CoreV1.ListNamespacedPersistentVolumeClaimAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedPersistentVolumeClaimAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "Service",
            async call => await call.Client.CoreV1.PatchNamespacedServiceAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.CoreV1.ListNamespacedServiceAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedServiceAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "Deployment",
            async call => await call.Client.AppsV1.PatchNamespacedDeploymentAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.AppsV1.ListNamespacedDeploymentAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.AppsV1.DeleteNamespacedDeploymentAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "HorizontalPodAutoscaler",
            async call => await call.Client.AutoscalingV2.PatchNamespacedHorizontalPodAutoscalerAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.AutoscalingV2.ListNamespacedHorizontalPodAutoscalerAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.AutoscalingV2.DeleteNamespacedHorizontalPodAutoscalerAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "CronJob",
            async call => await call.Client.BatchV1.PatchNamespacedCronJobAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.BatchV1.ListNamespacedCronJobAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.BatchV1.DeleteNamespacedCronJobAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "Job",
            async call => await call.Client.BatchV1.PatchNamespacedJobAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.BatchV1.ListNamespacedJobAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.BatchV1.DeleteNamespacedJobAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "Ingress",
            async call => await call.Client.NetworkingV1.PatchNamespacedIngressAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            async (client, ns, selector, cancel) => (await client.NetworkingV1.ListNamespacedIngressAsync(ns, labelSelector: selector, cancellationToken: cancel)).Items,
            (client, name, ns, how, cancel) => client.NetworkingV1.DeleteNamespacedIngressAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "ResourceQuota",
            async call => await call.Client.CoreV1.PatchNamespacedResourceQuotaAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            null,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedResourceQuotaAsync(name, ns, how, cancellationToken: cancel)),
        new(
            "LimitRange",
            async call => await call.Client.CoreV1.PatchNamespacedLimitRangeAsync(call.Patch, call.Name, call.Namespace, dryRun: call.DryRun, fieldManager: call.Manager, force: true, cancellationToken: call.Cancel),
            null,
            (client, name, ns, how, cancel) => client.CoreV1.DeleteNamespacedLimitRangeAsync(name, ns, how, cancellationToken: cancel)),
    ];
}
