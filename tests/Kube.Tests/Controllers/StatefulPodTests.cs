using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Controllers.Revisions;
using Kube.Controllers.StatefulSets;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class StatefulPodTests
{
    private static readonly V1StatefulSet Set = new()
    {
        Metadata = new V1ObjectMeta { Name = "db", NamespaceProperty = "default", Uid = "db" },
        Spec = new V1StatefulSetSpec { ServiceName = "dbs", Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "db" } } },
    };

    private static readonly JsonObject Template = Parse("""{"metadata":{"labels":{"app":"db"}},"spec":{"unknown":1,"containers":[{"name":"c","image":"i"}],"volumes":[{"name":"data","emptyDir":{}},{"name":"tmp","emptyDir":{}}]}}""");

    private static readonly JsonObject Raw = Parse("""{"spec":{"volumeClaimTemplates":[{"metadata":{"name":"data","labels":{"kind":"fast"}},"spec":{"accessModes":["ReadWriteOnce"]}}]}}""");

    [Fact]
    public void A_pod_carries_its_identity_and_its_claims_instead_of_volumes_of_that_name()
    {
        var pod = StatefulPodWriter.PodOf(Set, Raw, 3, Revision(Template))!;
        var labels = pod["metadata"]!["labels"]!;
        Assert.Equal(("db-3", "db-3", "dbs"), ((string)pod["metadata"]!["name"]!, (string)pod["spec"]!["hostname"]!, (string)pod["spec"]!["subdomain"]!));
        Assert.Equal(("db", "db-3", "3", "db-1"), ((string)labels["app"]!, (string)labels["statefulset.kubernetes.io/pod-name"]!, (string)labels["apps.kubernetes.io/pod-index"]!, (string)labels["controller-revision-hash"]!));
        Assert.Equal("data-db-3", (string)pod["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]!);
        Assert.Equal(["data", "tmp"], pod["spec"]!["volumes"]!.AsArray().Select(v => (string)v!["name"]!));
        Assert.Equal(1, (int)pod["spec"]!["unknown"]!);
        Assert.Null(pod["spec"]!["$patch"]);
    }

    [Fact]
    public void A_claim_has_the_labels_of_its_template_and_of_the_sets_selector()
    {
        var claim = Assert.Single(StatefulPodWriter.Claims(Set, Raw, "db-3"));
        Assert.Equal(("data-db-3", "fast", "db"), ((string)claim["metadata"]!["name"]!, (string)claim["metadata"]!["labels"]!["kind"]!, (string)claim["metadata"]!["labels"]!["app"]!));
        Assert.Equal("ReadWriteOnce", (string)claim["spec"]!["accessModes"]![0]!);
    }

    [Theory]
    [InlineData("Retain", "Retain", true, "")]
    [InlineData("Delete", "Retain", false, "StatefulSet")]
    [InlineData("Retain", "Delete", true, "Pod")]
    [InlineData("Delete", "Delete", true, "StatefulSet,Pod")]
    public void A_claim_goes_with_whom_the_retention_policy_says(string deleted, string scaled, bool condemned, string owners)
    {
        var set = new V1StatefulSet
        {
            Metadata = Set.Metadata,
            Spec = new V1StatefulSetSpec { PersistentVolumeClaimRetentionPolicy = new V1StatefulSetPersistentVolumeClaimRetentionPolicy { WhenDeleted = deleted, WhenScaled = scaled } },
        };
        var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = "db-3", Uid = "p" } };
        var wanted = ClaimOwners.Wanted(set, new V1PersistentVolumeClaim { Metadata = new V1ObjectMeta() }, pod, condemned);
        Assert.Equal(owners, string.Join(',', (wanted ?? []).Select(o => (string)o!["kind"]!)));
    }

    [Fact]
    public void A_revision_keeps_its_template_as_the_patch_that_brings_it_back()
    {
        var data = TemplateRevision.Data(Template);
        Assert.Equal("replace", (string)data["spec"]!["template"]!["$patch"]!);
        Assert.True(JsonNode.DeepEquals(Template, TemplateRevision.Template(Revision(Template))));
        Assert.Equal(TemplateRevision.Hash(Template), TemplateRevision.Hash(Revision(Template)));
        var other = (JsonObject)Template.DeepClone();
        other["spec"]!["containers"]![0]!["image"] = "j";
        Assert.NotEqual(TemplateRevision.Hash(Template), TemplateRevision.Hash(other));
    }

    [Fact]
    public void The_oldest_revisions_nobody_uses_go_beyond_the_limit()
    {
        var revisions = Enumerable.Range(1, 5).Select(i => new V1ControllerRevision { Metadata = new V1ObjectMeta { Name = $"r{i}" }, Revision = i }).ToArray();
        Assert.Equal(["r1", "r3"], RevisionHistory.Superfluous(revisions, r => r.Metadata.Name is "r2" or "r5", 1).Select(r => r.Metadata.Name));
    }

    private static V1ControllerRevision Revision(JsonObject template)
    {
        var raw = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "db-1" }, ["data"] = TemplateRevision.Data(template), ["revision"] = 1 };
        return k8s.KubernetesJson.Deserialize<V1ControllerRevision>(raw.ToJsonString());
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
