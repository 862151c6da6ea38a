using Xunit;

namespace Integration.Tests.ApiServer;

/// <summary>What <c>kubectl api-resources</c> shows, compared kind by kind with Kubernetes 1.32; the table goes into the report.</summary>
public sealed class ApiResourcesTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string All = "create,delete,deletecollection,get,list,patch,update,watch";

    // Name, short names, version, namespaced, kind, verbs, categories. A dash stands for nothing, * for all verbs.
    private const string Kubernetes = $"""
        bindings - v1 true Binding create -
        componentstatuses cs v1 false ComponentStatus get,list -
        configmaps cm v1 true ConfigMap {All} -
        endpoints ep v1 true Endpoints {All} -
        events ev v1 true Event {All} -
        limitranges limits v1 true LimitRange {All} -
        namespaces ns v1 false Namespace create,delete,get,list,patch,update,watch -
        nodes no v1 false Node {All} -
        persistentvolumeclaims pvc v1 true PersistentVolumeClaim {All} -
        persistentvolumes pv v1 false PersistentVolume {All} -
        pods po v1 true Pod {All} all
        podtemplates - v1 true PodTemplate {All} -
        replicationcontrollers rc v1 true ReplicationController {All} all
        resourcequotas quota v1 true ResourceQuota {All} -
        secrets - v1 true Secret {All} -
        serviceaccounts sa v1 true ServiceAccount {All} -
        services svc v1 true Service {All} all
        mutatingwebhookconfigurations - admissionregistration.k8s.io/v1 false MutatingWebhookConfiguration {All} api-extensions
        validatingadmissionpolicies - admissionregistration.k8s.io/v1 false ValidatingAdmissionPolicy {All} api-extensions
        validatingadmissionpolicybindings - admissionregistration.k8s.io/v1 false ValidatingAdmissionPolicyBinding {All} api-extensions
        validatingwebhookconfigurations - admissionregistration.k8s.io/v1 false ValidatingWebhookConfiguration {All} api-extensions
        customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition {All} api-extensions
        apiservices - apiregistration.k8s.io/v1 false APIService {All} api-extensions
        controllerrevisions - apps/v1 true ControllerRevision {All} -
        daemonsets ds apps/v1 true DaemonSet {All} all
        deployments deploy apps/v1 true Deployment {All} all
        replicasets rs apps/v1 true ReplicaSet {All} all
        statefulsets sts apps/v1 true StatefulSet {All} all
        selfsubjectreviews - authentication.k8s.io/v1 false SelfSubjectReview create -
        tokenreviews - authentication.k8s.io/v1 false TokenReview create -
        localsubjectaccessreviews - authorization.k8s.io/v1 true LocalSubjectAccessReview create -
        selfsubjectaccessreviews - authorization.k8s.io/v1 false SelfSubjectAccessReview create -
        selfsubjectrulesreviews - authorization.k8s.io/v1 false SelfSubjectRulesReview create -
        subjectaccessreviews - authorization.k8s.io/v1 false SubjectAccessReview create -
        horizontalpodautoscalers hpa autoscaling/v2 true HorizontalPodAutoscaler {All} all
        cronjobs cj batch/v1 true CronJob {All} all
        jobs - batch/v1 true Job {All} all
        certificatesigningrequests csr certificates.k8s.io/v1 false CertificateSigningRequest {All} -
        leases - coordination.k8s.io/v1 true Lease {All} -
        endpointslices - discovery.k8s.io/v1 true EndpointSlice {All} -
        events ev events.k8s.io/v1 true Event {All} -
        flowschemas - flowcontrol.apiserver.k8s.io/v1 false FlowSchema {All} -
        prioritylevelconfigurations - flowcontrol.apiserver.k8s.io/v1 false PriorityLevelConfiguration {All} -
        ingressclasses - networking.k8s.io/v1 false IngressClass {All} -
        ingresses ing networking.k8s.io/v1 true Ingress {All} -
        networkpolicies netpol networking.k8s.io/v1 true NetworkPolicy {All} -
        runtimeclasses - node.k8s.io/v1 false RuntimeClass {All} -
        poddisruptionbudgets pdb policy/v1 true PodDisruptionBudget {All} -
        clusterrolebindings - rbac.authorization.k8s.io/v1 false ClusterRoleBinding {All} -
        clusterroles - rbac.authorization.k8s.io/v1 false ClusterRole {All} -
        rolebindings - rbac.authorization.k8s.io/v1 true RoleBinding {All} -
        roles - rbac.authorization.k8s.io/v1 true Role {All} -
        priorityclasses pc scheduling.k8s.io/v1 false PriorityClass {All} -
        csidrivers - storage.k8s.io/v1 false CSIDriver {All} -
        csinodes - storage.k8s.io/v1 false CSINode {All} -
        csistoragecapacities - storage.k8s.io/v1 true CSIStorageCapacity {All} -
        storageclasses sc storage.k8s.io/v1 false StorageClass {All} -
        volumeattachments - storage.k8s.io/v1 false VolumeAttachment {All} -
        """;

    // Deprecated, or of admission webhooks, admission policies and the aggregator, which this server does not have.
    private static readonly string[] NotServed =
        ["componentstatuses", "mutatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings", "validatingwebhookconfigurations", "apiservices"];

    private ApiServerFixture _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServerFixture.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Trait("Conformance", "discovery")]
    public async Task Every_kind_has_the_names_verbs_and_categories_it_has_in_Kubernetes()
    {
        var expected = Rows(Kubernetes).ToDictionary(r => r[0] + " " + r[2]);
        var shown = Parse((await _server.KubectlAsync("api-resources", "-o", "wide")).Succeeded).ToDictionary(r => r[0] + " " + r[2]);
        var wrong = new List<string>();
        foreach (var (key, row) in expected)
        {
            var state = !shown.TryGetValue(key, out var found) ? NotServed.Contains(row[0]) ? "not served" : "MISSING" : found.SequenceEqual(row) ? "same" : $"DIFFERS: {string.Join(' ', found)}";
            output.WriteLine($"{key,-72} {state}");
            if (state is not ("same" or "not served"))
                wrong.Add($"{key}: {state}");
        }

        // Metrics come from a server of their own there; placement reviews are this project's own kinds.
        wrong.AddRange(shown.Keys.Where(k => !expected.ContainsKey(k) && !k.EndsWith("metrics.k8s.io/v1beta1", StringComparison.Ordinal) && !k.EndsWith(" scheduling.portal.dev/v1alpha1", StringComparison.Ordinal)).Select(k => $"{k}: not in Kubernetes 1.32"));
        Assert.Empty(wrong);
    }

    private static IEnumerable<string[]> Rows(string table) => table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // The columns are found by their headings, for a cell may be empty.
    private static IEnumerable<string[]> Parse(string table)
    {
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var starts = ((string[])["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND", "VERBS", "CATEGORIES"]).Select(h => lines[0].IndexOf(h, StringComparison.Ordinal)).ToArray();
        foreach (var line in lines.Skip(1))
        {
            yield return [.. starts.Select((s, i) =>
            {
                var end = i + 1 < starts.Length ? Math.Min(starts[i + 1], line.Length) : line.Length;
                var cell = s < line.Length ? line[s..end].Trim() : "";
                return cell.Length == 0 ? "-" : cell;
            })];
        }
    }
}
