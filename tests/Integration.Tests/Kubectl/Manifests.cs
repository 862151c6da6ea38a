namespace Integration.Tests.Kubectl;

/// <summary>The objects the rows work with.</summary>
internal static class Manifests
{
    public static string Deployment(string image = "registry.test/web:1", int replicas = 2, string name = "web") => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: {{name}}, labels: { app: {{name}} } }
        spec:
          replicas: {{replicas}}
          selector: { matchLabels: { app: {{name}} } }
          template:
            metadata: { labels: { app: {{name}} } }
            spec:
              containers:
              - { name: c, image: "{{image}}", ports: [ { containerPort: 80 } ], env: [ { name: A, value: "1" } ] }
        """;

    public static string ConfigMap(string name, string data = "a: b", string labels = "x: 'y'") => $$"""
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: {{name}}, labels: { {{labels}} } }
        data: { {{data}} }
        """;

    public static string Pod(string name) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}}, labels: { app: {{name}} } }
        spec:
          terminationGracePeriodSeconds: 0
          containers: [ { name: c, image: "registry.test/web:1" } ]
        """;
}
