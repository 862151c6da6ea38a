using System.Diagnostics;
using System.Globalization;

namespace Testing;

/// <summary>
/// A Deployment <c>web</c> and a StatefulSet <c>db</c> of one pod that writes a line every few milliseconds; both prefer the second node and go elsewhere without it, however
/// often it was lost before.
/// </summary>
public static class HomeWorkloads
{
    /// <summary>The only pod of the StatefulSet.</summary>
    public const string Database = "db-0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Declares them in a namespace of their own.</summary>
    /// <param name="portal">The instance.</param>
    /// <param name="ns">The namespace, which must not exist.</param>
    /// <param name="webs">How many stateless pods.</param>
    public static async Task DeclareAsync(PortalInstance portal, string ns, int webs)
    {
        ArgumentNullException.ThrowIfNull(portal);
        var file = Path.Combine(portal.Data, ns + ".yaml");
        // Not as one flow mapping: kubectl takes what begins with a brace for JSON.
        var space = $"apiVersion: v1\nkind: Namespace\nmetadata: {{ name: {ns} }}";
        await File.WriteAllTextAsync(file, string.Join("\n---\n", space, Workload(ns, "Deployment", "web", webs, "minReadySeconds: 0", "sleep 3600"), Workload(ns, "StatefulSet", "db", 1, "serviceName: db", "while :; do echo .; sleep 0.02; done")));
        await portal.KubectlOkAsync("apply", "-f", file);
    }

    /// <summary>Brings all of them to the second node: pods go where they prefer to be when they are made anew.</summary>
    public static async Task PlaceAsync(PortalInstance portal, ClusterView view, string ns, int webs)
    {
        ArgumentNullException.ThrowIfNull(portal);
        ArgumentNullException.ThrowIfNull(view);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            if (await view.WhenAsync(Stopwatch.GetTimestamp(), IsPlaced, TimeSpan.FromSeconds(attempt == 0 ? 1 : 30)) is not null)
                return;
            await portal.KubectlOkAsync("delete", "pods", "-n", ns, "--field-selector=spec.nodeName!=" + SecondNode.Name, "--wait=false");
        }

        await view.RequireAsync("all pods on the second node", IsPlaced, Patience);

        bool IsPlaced() => view.Running(ns, ready: true).Count(p => p.Spec.NodeName == SecondNode.Name) == webs + 1 && view.Pods.List().Count(p => p.Metadata.NamespaceProperty == ns) == webs + 1;
    }

    private static string Workload(string ns, string kind, string name, int replicas, string more, string command) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: apps/v1
        kind: {{kind}}
        metadata: { name: {{name}}, namespace: {{ns}} }
        spec:
          replicas: {{replicas}}
          {{more}}
          selector: { matchLabels: { app: {{name}} } }
          template:
            metadata: { labels: { app: {{name}} } }
            spec:
              terminationGracePeriodSeconds: 1
              tolerations: [ { key: node.portal/flapping, operator: Exists } ]
              affinity:
                nodeAffinity:
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - { weight: 100, preference: { matchExpressions: [ { key: kubernetes.io/hostname, operator: In, values: [ {{SecondNode.Name}} ] } ] } }
              containers:
              - { name: main, image: "localhost/portal/hello:1", command: [ sh, -c, "{{command}}" ] }
        """);
}
