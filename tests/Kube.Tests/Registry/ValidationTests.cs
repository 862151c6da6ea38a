using Xunit;

namespace Kube.Tests.Registry;

/// <summary>What the server refuses of each kind, with Kubernetes' field paths and words.</summary>
public sealed class ValidationTests
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private const string Container = "{ name: c, image: busybox }";

    [Theory]
    [InlineData("containers: []", "spec.containers: Required value")]
    [InlineData("containers: [ { image: busybox } ]", "spec.containers[0].name: Required value")]
    [InlineData("containers: [ { name: c } ]", "spec.containers[0].image: Required value")]
    [InlineData($"containers: [ {Container} ], restartPolicy: Sometimes", "spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"")]
    [InlineData("containers: [ { name: c, image: busybox, imagePullPolicy: Maybe } ]", "spec.containers[0].imagePullPolicy: Unsupported value: \"Maybe\": supported values: \"Always\", \"IfNotPresent\", \"Never\"")]
    [InlineData("containers: [ { name: c, image: b, ports: [ { containerPort: 99999 } ] } ]", "spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive")]
    [InlineData("containers: [ { name: c, image: b, env: [ { name: A, valueFrom: { fieldRef: { fieldPath: spec.foo } } } ] } ]", "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"spec.foo\": supported values: \"metadata.annotations\", \"metadata.labels\", \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"")]
    [InlineData($"containers: [ {Container} ], volumes: [ {{ name: v, hostPath: {{}} }} ]", "spec.volumes[0].hostPath.path: Required value")]
    [InlineData($"containers: [ {Container} ], volumes: [ {{ name: v, nfs: {{ path: /x }} }} ]", "spec.volumes[0].nfs.server: Required value")]
    [InlineData($"containers: [ {Container} ], tolerations: [ {{ key: a, operator: Exists, effect: NoSchedule, tolerationSeconds: 3 }} ]", "spec.tolerations[0].effect: Invalid value: \"NoSchedule\": effect must be 'NoExecute' when `tolerationSeconds` is set")]
    [InlineData($"containers: [ {Container} ], topologySpreadConstraints: [ {{ maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule }} ]", "spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero")]
    [InlineData($"containers: [ {Container} ], affinity: {{ nodeAffinity: {{ requiredDuringSchedulingIgnoredDuringExecution: {{ nodeSelectorTerms: [ {{ matchExpressions: [ {{ key: a, operator: In }} ] }} ] }} }} }}", "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    [InlineData($"containers: [ {Container} ], affinity: {{ podAntiAffinity: {{ requiredDuringSchedulingIgnoredDuringExecution: [ {{}} ] }} }}", "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value")]
    [InlineData($"containers: [ {Container} ], dnsPolicy: None", "spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None")]
    [InlineData($"containers: [ {Container} ], securityContext: {{ runAsUser: -1 }}", "spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 9223372036854775807, inclusive")]
    [InlineData($"containers: [ {Container} ], initContainers: [ {{ name: i, image: b, readinessProbe: {{ exec: {{ command: [ a ] }} }} }} ]", "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always")]
    public async Task A_pod_is_refused(string spec, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        var refused = (await api.CreateAsync(Pods, $"apiVersion: v1\nkind: Pod\nmetadata: {{ name: a }}\nspec: {{ {spec} }}")).Expect(422);
        Assert.Equal([cause], refused.Causes);
    }

    [Theory]
    [InlineData("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", "autoscaling/v2", "HorizontalPodAutoscaler", "spec: { minReplicas: 3, maxReplicas: 2, scaleTargetRef: { kind: Deployment, name: a } }", "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`")]
    [InlineData("/api/v1/namespaces/default/services", "v1", "Service", "spec: { ports: [ { port: 0 } ] }", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [InlineData("/api/v1/namespaces/default/services", "v1", "Service", "spec: { type: Odd, ports: [ { port: 80 } ] }", "spec.type: Unsupported value: \"Odd\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", "networking.k8s.io/v1", "NetworkPolicy", "spec: { podSelector: {}, ingress: [ { from: [ {} ] } ] }", "spec.ingress[0].from[0]: Required value: must specify a peer")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", "networking.k8s.io/v1", "NetworkPolicy", "spec: { podSelector: {}, ingress: [ { from: [ { ipBlock: { cidr: 10.0.0.0/8, except: [ 11.0.0.0/9 ] } } ] } ] }", "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/9\": must be a strict subset of `cidr`")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/ingresses", "networking.k8s.io/v1", "Ingress", "spec: { rules: [ { http: { paths: [ { path: /, backend: { service: { name: a, port: { number: 80 } } } } ] } } ] }", "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [InlineData("/apis/batch/v1/namespaces/default/jobs", "batch/v1", "Job", "spec: { completionMode: Indexed, parallelism: 1, template: { spec: { restartPolicy: Never, containers: [ { name: c, image: b } ] } } }", "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("/apis/batch/v1/namespaces/default/cronjobs", "batch/v1", "CronJob", "spec: { schedule: '* * * * *', timeZone: Nowhere/Land, jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [ { name: c, image: b } ] } } } } }", "spec.timeZone: Invalid value: \"Nowhere/Land\": unknown time zone Nowhere/Land")]
    [InlineData("/apis/policy/v1/namespaces/default/poddisruptionbudgets", "policy/v1", "PodDisruptionBudget", "spec: { minAvailable: 101%, selector: {} }", "spec.minAvailable: Invalid value: \"101%\": must not be greater than 100%")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", "rbac.authorization.k8s.io/v1", "Role", "rules: [ { apiGroups: [ '' ], resources: [ pods ] } ]", "rules[0].verbs: Required value: verbs must contain at least one value")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", "rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef: { kind: Role, name: r }\nsubjects: [ { kind: Robot, name: x } ]", "subjects[0].kind: Unsupported value: \"Robot\": supported values: \"ServiceAccount\", \"User\", \"Group\"")]
    [InlineData("/api/v1/namespaces/default/persistentvolumeclaims", "v1", "PersistentVolumeClaim", "spec: { accessModes: [ Often ], resources: { requests: { storage: 1Gi } } }", "spec.accessModes: Unsupported value: \"Often\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"")]
    [InlineData("/api/v1/persistentvolumes", "v1", "PersistentVolume", "spec: { accessModes: [ ReadWriteOnce ], capacity: { storage: 1Gi } }", "spec: Required value: must specify a volume type")]
    [InlineData("/api/v1/namespaces/default/resourcequotas", "v1", "ResourceQuota", "spec: { hard: { pods: '-1' } }", "spec.hard[pods]: Invalid value: \"-1\": must be greater than or equal to 0")]
    [InlineData("/api/v1/namespaces/default/limitranges", "v1", "LimitRange", "spec: { limits: [ { type: Container, min: { cpu: '2' }, max: { cpu: '1' } } ] }", "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1")]
    [InlineData("/apis/scheduling.k8s.io/v1/priorityclasses", "scheduling.k8s.io/v1", "PriorityClass", "value: 2000000000", "value: Forbidden: maximum allowed value of a user defined priority is 1000000000")]
    [InlineData("/apis/storage.k8s.io/v1/storageclasses", "storage.k8s.io/v1", "StorageClass", "reclaimPolicy: Delete", "provisioner: Required value")]
    [InlineData("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", "discovery.k8s.io/v1", "EndpointSlice", "addressType: IPv4\nendpoints: [ { addresses: [ nowhere ] } ]", "endpoints[0].addresses[0]: Invalid value: \"nowhere\": must be a valid IPv4 address")]
    public async Task An_object_is_refused(string path, string apiVersion, string kind, string body, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        var refused = (await api.CreateAsync(path, $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{ name: a }}\n{body}")).Expect(422);
        Assert.Contains(cause, refused.Causes);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/persistentvolumeclaims", "v1", "PersistentVolumeClaim", "spec: { accessModes: [ ReadWriteOnce ], resources: { requests: { storage: 1Gi } } }", """{"spec":{"accessModes":["ReadOnlyMany"]}}""", "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")]
    [InlineData("/apis/apps/v1/namespaces/default/statefulsets", "apps/v1", "StatefulSet", "spec: { serviceName: a, selector: { matchLabels: { a: b } }, template: { metadata: { labels: { a: b } }, spec: { containers: [ { name: c, image: b } ] } } }", """{"spec":{"serviceName":"b"}}""", "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
    [InlineData("/apis/batch/v1/namespaces/default/jobs", "batch/v1", "Job", "spec: { completions: 2, template: { spec: { restartPolicy: Never, containers: [ { name: c, image: b } ] } } }", """{"spec":{"completions":3}}""", "spec.completions: Invalid value: 3: field is immutable")]
    [InlineData("/api/v1/namespaces/default/configmaps", "v1", "ConfigMap", "immutable: true\ndata: { a: b }", """{"data":{"a":"c"}}""", "data: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("/api/v1/namespaces/default/secrets", "v1", "Secret", "immutable: true", """{"immutable":false}""", "immutable: Forbidden: field is immutable when `immutable` is set")]
    [InlineData("/apis/storage.k8s.io/v1/storageclasses", "storage.k8s.io/v1", "StorageClass", "provisioner: a", """{"provisioner":"b"}""", "provisioner: Forbidden: updates to provisioner are forbidden.")]
    [InlineData("/apis/scheduling.k8s.io/v1/priorityclasses", "scheduling.k8s.io/v1", "PriorityClass", "value: 2", """{"value":3}""", "value: Forbidden: may not be changed in an update.")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", "rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef: { kind: Role, name: r }", """{"roleRef":{"name":"other"}}""", "roleRef: Invalid value: \"other\": cannot change roleRef")]
    [InlineData("/apis/apps/v1/namespaces/default/controllerrevisions", "apps/v1", "ControllerRevision", "revision: 1\ndata: { a: b }", """{"data":{"a":"c"}}""", "data: Invalid value: \"{\"a\":\"c\"}\": field is immutable")]
    public async Task A_change_is_refused(string path, string apiVersion, string kind, string body, string patch, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(path, $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata: {{ name: a }}\n{body}")).Expect(201);
        var refused = (await api.PatchAsync($"{path}/a", patch)).Expect(422);
        Assert.Equal([cause], refused.Causes);
    }

    [Fact]
    public async Task No_finalizer_is_added_to_an_object_that_is_going()
    {
        await using var api = await InProcessApiServer.StartAsync();
        const string maps = "/api/v1/namespaces/default/configmaps";
        (await api.CreateAsync(maps, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, finalizers: [ example.com/one ] }")).Expect(201);
        (await api.DeleteAsync($"{maps}/a")).Expect(200);
        var refused = (await api.PatchAsync($"{maps}/a", """{"metadata":{"finalizers":["example.com/one","example.com/two"]}}""")).Expect(422);
        Assert.Equal(["metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/two\"}"], refused.Causes);
    }

    [Fact]
    public async Task A_limit_range_carries_its_bounds_over_to_the_defaults()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var made = (await api.CreateAsync("/api/v1/namespaces/default/limitranges", "apiVersion: v1\nkind: LimitRange\nmetadata: { name: a }\nspec: { limits: [ { type: Container, max: { cpu: '1' } } ] }")).Expect(201);
        Assert.Equal("1", made.At("spec.limits.0.default.cpu"));
        Assert.Equal("1", made.At("spec.limits.0.defaultRequest.cpu"));
    }
}
