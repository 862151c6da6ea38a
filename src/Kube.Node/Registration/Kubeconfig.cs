using Kube.Machinery.Client;

namespace Kube.Node.Registration;

/// <summary>The node's kubeconfig: names the certificate files, so a renewal changes nothing in it.</summary>
internal static class Kubeconfig
{
    public static string Create(IReadOnlyList<string> servers, string nodeName, NodePaths paths) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: portal
          cluster:
            server: "{servers[0]}"
            certificate-authority: "{paths.CaCertificate}"
            extensions:
            - name: "{KubeClients.ServersExtension}"
              extension:
                others: "{string.Join(' ', servers.Skip(1))}"
        users:
        - name: "system:node:{nodeName}"
          user:
            client-certificate: "{paths.ClientCertificate}"
            client-key: "{paths.ClientKey}"
        contexts:
        - name: portal
          context:
            cluster: portal
            user: "system:node:{nodeName}"
        current-context: portal

        """;
}
