using k8s;
using k8s.Models;
using Kube.Controllers.RootCertificates;
using Kube.Machinery.Informers;
using Microsoft.Extensions.Logging;

namespace Kube.Controllers;

/// <summary>The informers that controllers share.</summary>
internal sealed class ClusterInformers
{
    private const string ByOwner = "owner";
    private const string ByNamespace = "namespace";
    private const string ByNode = "node";
    private readonly List<Func<CancellationToken, Task>> _runs = [];
    private readonly List<Func<CancellationToken, Task>> _catchUps = [];

    public ClusterInformers(IKubernetes client, TimeProvider time, ILogger logger)
    {
        Pods = Make<V1Pod>();
        Pods.AddIndex(ByOwner, OwnerOf);
        Pods.AddIndex(ByNamespace, p => [p.Metadata.NamespaceProperty]);
        Pods.AddIndex(ByNode, p => string.IsNullOrEmpty(p.Spec.NodeName) ? [] : [p.Spec.NodeName]);
        ReplicaSets = Make<V1ReplicaSet>();
        ReplicaSets.AddIndex(ByOwner, OwnerOf);
        ReplicaSets.AddIndex(ByNamespace, r => [r.Metadata.NamespaceProperty]);
        ReplicationControllers = Make<V1ReplicationController>();
        ReplicationControllers.AddIndex(ByNamespace, r => [r.Metadata.NamespaceProperty]);
        StatefulSets = Make<V1StatefulSet>();
        StatefulSets.AddIndex(ByNamespace, s => [s.Metadata.NamespaceProperty]);
        DaemonSets = Make<V1DaemonSet>();
        DaemonSets.AddIndex(ByNamespace, s => [s.Metadata.NamespaceProperty]);
        ControllerRevisions = Make<V1ControllerRevision>();
        ControllerRevisions.AddIndex(ByOwner, OwnerOf);
        Deployments = Make<V1Deployment>();
        Deployments.AddIndex(ByNamespace, d => [d.Metadata.NamespaceProperty]);
        Services = Make<V1Service>();
        Services.AddIndex(ByNamespace, s => [s.Metadata.NamespaceProperty]);
        EndpointSlices = Make<V1EndpointSlice>();
        EndpointSlices.AddIndex(ByOwner, OwnerOf);
        Endpoints = Make<V1Endpoints>();
        DisruptionBudgets = Make<V1PodDisruptionBudget>();
        DisruptionBudgets.AddIndex(ByNamespace, b => [b.Metadata.NamespaceProperty]);
        Namespaces = Make<V1Namespace>();
        ServiceAccounts = Make<V1ServiceAccount>();
        RootCertificates = Make<V1ConfigMap>(new InformerOptions { FieldSelector = $"metadata.name={RootCertificateController.Name}" });
        Jobs = Make<V1Job>();
        Jobs.AddIndex(ByOwner, OwnerOf);
        Jobs.AddIndex(ByNamespace, j => [j.Metadata.NamespaceProperty]);
        CronJobs = Make<V1CronJob>();
        HorizontalPodAutoscalers = Make<V2HorizontalPodAutoscaler>();
        PersistentVolumes = Make<V1PersistentVolume>();
        PersistentVolumeClaims = Make<V1PersistentVolumeClaim>();
        StorageClasses = Make<V1StorageClass>();
        CertificateSigningRequests = Make<V1CertificateSigningRequest>();
        Nodes = Make<V1Node>();
        NodeLeases = Make<V1Lease>(new InformerOptions { Namespace = "kube-node-lease" });

        Informer<T> Make<T>(InformerOptions? options = null)
            where T : class, IKubernetesObject<V1ObjectMeta>
        {
            var informer = new Informer<T>(client, options ?? new InformerOptions(), time, logger);
            _runs.Add(informer.RunAsync);
            _catchUps.Add(informer.CatchUpAsync);
            return informer;
        }
    }

    public Informer<V1Pod> Pods { get; }

    public Informer<V1ReplicaSet> ReplicaSets { get; }

    public Informer<V1ReplicationController> ReplicationControllers { get; }

    public Informer<V1StatefulSet> StatefulSets { get; }

    public Informer<V1DaemonSet> DaemonSets { get; }

    public Informer<V1ControllerRevision> ControllerRevisions { get; }

    public Informer<V1Deployment> Deployments { get; }

    public Informer<V1Service> Services { get; }

    public Informer<V1EndpointSlice> EndpointSlices { get; }

    public Informer<V1Endpoints> Endpoints { get; }

    public Informer<V1PodDisruptionBudget> DisruptionBudgets { get; }

    public Informer<V1Namespace> Namespaces { get; }

    public Informer<V1ServiceAccount> ServiceAccounts { get; }

    public Informer<V1ConfigMap> RootCertificates { get; }

    public Informer<V1Job> Jobs { get; }

    public Informer<V1CronJob> CronJobs { get; }

    public Informer<V2HorizontalPodAutoscaler> HorizontalPodAutoscalers { get; }

    public Informer<V1PersistentVolume> PersistentVolumes { get; }

    public Informer<V1PersistentVolumeClaim> PersistentVolumeClaims { get; }

    public Informer<V1StorageClass> StorageClasses { get; }

    public Informer<V1CertificateSigningRequest> CertificateSigningRequests { get; }

    public Informer<V1Node> Nodes { get; }

    public Informer<V1Lease> NodeLeases { get; }

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(_runs.Select(run => run(cancellationToken)));

    /// <summary>Completes when the caches show everything that was acknowledged before the call.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken) => Task.WhenAll(_catchUps.Select(sync => sync(cancellationToken)));

    /// <summary>Objects whose controlling owner has this uid.</summary>
    public static IReadOnlyList<T> OwnedBy<T>(Informer<T> informer, string uid)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.ByIndex(ByOwner, uid);

    /// <summary>A namespace's objects without a controlling owner. Those of all namespaces together would be read by every owner's every look.</summary>
    public static IReadOnlyList<T> OrphansIn<T>(Informer<T> informer, string ns)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.ByIndex(ByOwner, OrphansOf(ns));

    public static IReadOnlyList<T> InNamespace<T>(Informer<T> informer, string ns)
        where T : class, IKubernetesObject<V1ObjectMeta> => informer.ByIndex(ByNamespace, ns);

    public IReadOnlyList<V1Pod> PodsOnNode(string node) => Pods.ByIndex(ByNode, node);

    private static IEnumerable<string> OwnerOf(IKubernetesObject<V1ObjectMeta> item) => [Owners.ControllerOf(item)?.Uid ?? OrphansOf(item.Metadata.NamespaceProperty)];

    // No uid has a slash.
    private static string OrphansOf(string? ns) => "/" + ns;
}
