using System.Text.Json.Nodes;
using Kube.ApiServer.Admission.PodSecurity;
using Xunit;

namespace Kube.Tests.Admission;

public sealed class PodSecurityTests
{
    private const string Good = """
        {"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
         "initContainers":[{"name":"i","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
         "containers":[{"name":"c","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":["NET_BIND_SERVICE"]}}}],
         "volumes":[{"name":"v","emptyDir":{}},{"name":"t","projected":{"sources":[]}}]}
        """;

    // One change to a pod that keeps every rule, the level it still keeps, and what is said about it.
    public static TheoryData<string, string, string, string> Changes => new()
    {
        { "hostNetwork", "true", "privileged", "host namespaces (hostNetwork=true)" },
        { "hostPID", "true", "privileged", "host namespaces (hostPID=true)" },
        { "hostIPC", "true", "privileged", "host namespaces (hostIPC=true)" },
        { "containers/0/securityContext/privileged", "true", "privileged", "privileged (container \"c\" must not set securityContext.privileged=true)" },
        { "initContainers/0/securityContext/privileged", "true", "privileged", "privileged (container \"i\" must not set securityContext.privileged=true)" },
        { "containers/0/securityContext/capabilities/add", """["NET_ADMIN"]""", "privileged", "non-default capabilities (container \"c\" must not include \"NET_ADMIN\" in securityContext.capabilities.add)" },
        { "containers/0/securityContext/capabilities/add", """["CHOWN"]""", "baseline", "unrestricted capabilities (container \"c\" must not include \"CHOWN\" in securityContext.capabilities.add)" },
        { "containers/0/securityContext/capabilities/drop", """["CHOWN"]""", "baseline", "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"])" },
        { "volumes/0", """{"name":"v","hostPath":{"path":"/"}}""", "privileged", "hostPath volumes (volume \"v\")" },
        { "volumes/0", """{"name":"v","nfs":{"server":"a","path":"/"}}""", "baseline", "restricted volume types (volume \"v\" uses restricted volume type \"nfs\")" },
        { "volumes/0", """{"name":"v","persistentVolumeClaim":{"claimName":"x"}}""", "restricted", "" },
        { "containers/0/ports", """[{"containerPort":80,"hostPort":8080}]""", "privileged", "hostPort (container \"c\" uses hostPort 8080)" },
        { "containers/0/ports", """[{"containerPort":80,"hostPort":0}]""", "restricted", "" },
        { "securityContext/appArmorProfile", """{"type":"Unconfined"}""", "privileged", "forbidden AppArmor profile (pod must not set AppArmor profile type to \"Unconfined\")" },
        { "containers/0/securityContext/appArmorProfile", """{"type":"Localhost","localhostProfile":"x"}""", "restricted", "" },
        { "securityContext/seLinuxOptions", """{"type":"spc_t"}""", "privileged", "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"spc_t\")" },
        { "securityContext/seLinuxOptions", """{"type":"container_t","level":"s0"}""", "restricted", "" },
        { "containers/0/securityContext/seLinuxOptions", """{"user":"u","role":"r"}""", "privileged", "seLinuxOptions (container \"c\" set forbidden securityContext.seLinuxOptions: user may not be set; role may not be set)" },
        { "containers/0/securityContext/procMount", "\"Unmasked\"", "privileged", "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")" },
        { "securityContext/seccompProfile", """{"type":"Unconfined"}""", "privileged", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")" },
        { "securityContext/seccompProfile", "{}", "baseline", "seccompProfile (pod or containers \"i\", \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")" },
        { "securityContext/sysctls", """[{"name":"kernel.msgmax","value":"1"}]""", "privileged", "forbidden sysctls (kernel.msgmax)" },
        { "securityContext/sysctls", """[{"name":"net.ipv4.tcp_keepalive_time","value":"1"}]""", "restricted", "" },
        { "securityContext/windowsOptions", """{"hostProcess":true}""", "privileged", "hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)" },
        { "containers/0/securityContext/allowPrivilegeEscalation", "true", "baseline", "allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)" },
        { "initContainers/0/securityContext", "{}", "baseline", "allowPrivilegeEscalation != false (container \"i\" must set securityContext.allowPrivilegeEscalation=false)" },
        { "securityContext/runAsNonRoot", "false", "baseline", "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)" },
        { "containers/0/securityContext/runAsNonRoot", "false", "baseline", "runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false)" },
        { "securityContext/runAsUser", "0", "baseline", "runAsUser=0 (pod must not set runAsUser=0)" },
        { "containers/0/securityContext/runAsUser", "1000", "restricted", "" },
        { "ephemeralContainers", """[{"name":"e","securityContext":{"privileged":true}}]""", "privileged", "privileged (container \"e\" must not set securityContext.privileged=true)" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void One_change_costs_exactly_the_levels_it_should(string path, string value, string keeps, string said)
    {
        var spec = JsonNode.Parse(Good)!.AsObject();
        Set(spec, path.Split('/'), JsonNode.Parse(value)!);
        var pod = new PodView(null, spec);
        Assert.Empty(PodSecurityStandards.Violations(PodSecurityLevel.Privileged, pod));
        var baseline = PodSecurityStandards.Violations(PodSecurityLevel.Baseline, pod);
        var restricted = PodSecurityStandards.Violations(PodSecurityLevel.Restricted, pod);
        Assert.Equal(keeps is "baseline" or "restricted", baseline.Count == 0);
        Assert.Equal(keeps == "restricted", restricted.Count == 0);
        if (said.Length > 0)
            Assert.Contains(said, (keeps == "privileged" ? baseline : restricted).Select(v => v.ToString()));
    }

    [Fact]
    public void An_empty_pod_keeps_baseline_and_breaks_each_rule_that_must_be_asked_for()
    {
        var pod = new PodView(null, JsonNode.Parse("""{"containers":[{"name":"c"}]}""")!.AsObject());
        Assert.Empty(PodSecurityStandards.Violations(PodSecurityLevel.Baseline, pod));
        Assert.Equal(
            ["allowPrivilegeEscalation != false", "runAsNonRoot != true", "seccompProfile", "unrestricted capabilities"],
            PodSecurityStandards.Violations(PodSecurityLevel.Restricted, pod).Select(v => v.Reason));
    }

    [Fact]
    public void A_profile_in_an_annotation_counts_too()
    {
        var metadata = JsonNode.Parse("""{"annotations":{"container.apparmor.security.beta.kubernetes.io/c":"unconfined"}}""")!.AsObject();
        Assert.Single(PodSecurityStandards.Violations(PodSecurityLevel.Baseline, new PodView(metadata, JsonNode.Parse(Good)!.AsObject())));
    }

    private static void Set(JsonNode node, string[] path, JsonNode value)
    {
        foreach (var part in path[..^1])
            node = (node is JsonArray list ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)] : node[part])!;
        if (node is JsonArray array)
            array[int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        else
            node[path[^1]] = value;
    }
}
