namespace Kube.Node.Registration;

/// <summary>The node's kubeconfig: names the certificate files, so a renewal changes nothing in it.</summary>
internal static class Kubeconfig
{
    public static string Create(string serverUrl, string nodeName, NodePaths paths) =>
        $"""
        apiVersion: v1
        kind: Config
        clusters:
        - name: portal
          cluster:
            server: "{serverUrl}"
            certificate-authority: "{paths.CaCertificate}"
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
