using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;
using Kube.Machinery.Patches;
using Kube.Machinery.Schema;
using Xunit;

namespace Kube.Tests.Patches;

public sealed class ServerSideApplyTests
{
    private static readonly SchemaType Schema = ModelSchemas.For(typeof(V1Deployment));

    [Fact]
    public void The_first_apply_owns_what_it_declares()
    {
        var result = Apply(null, """{"metadata":{"name":"web","labels":{"a":"1"}},"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"c","image":"x:1","ports":[{"containerPort":80}]}]}}}}""", "one");
        var fields = result.Object("metadata").Objects("managedFields").Single().Object("fieldsV1")!;
        Assert.Equal(
            """{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""",
            fields.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public void What_an_applier_stops_declaring_goes_unless_another_owns_it()
    {
        var live = Apply(null, """{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"x","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]}}}}""", "one");
        live = Apply(live, """{"metadata":{"labels":{"b":"2"}},"spec":{}}""", "two");
        live = Apply(live, """{"metadata":{},"spec":{"template":{"spec":{"containers":[{"name":"c","image":"x","env":[{"name":"B","value":"2"}]}]}}}}""", "one");
        Assert.Equal("""{"b":"2"}""", live.Object("metadata")!["labels"]!.ToJsonString());
        Assert.Equal("""[{"name":"B","value":"2"}]""", live.At("spec.template.spec")!["containers"]![0]!["env"]!.ToJsonString());
    }

    [Fact]
    public void An_item_goes_with_the_defaults_nobody_owns()
    {
        var live = Apply(null, """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"x"},{"name":"side","image":"y"}]}}}}""", "one");
        live.At("spec.template.spec")!["containers"]![1]!["imagePullPolicy"] = "Always";
        live = Apply(live, """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"x"}]}}}}""", "one");
        Assert.Single(live.At("spec.template.spec").Objects("containers"));
    }

    [Fact]
    public void A_foreign_field_conflicts_and_force_takes_it()
    {
        var live = Apply(null, """{"spec":{"replicas":2}}""", "one");
        var scaled = (JsonObject)live.DeepClone();
        scaled.Object("spec")!["replicas"] = 5L;
        FieldOwnership.RecordUpdate(scaled, live, Schema, new FieldManager("scaler", "apps/v1", "", "2026-01-01T00:00:00Z"));
        var conflict = Assert.Throws<ApplyConflictException>(() => Apply(scaled, """{"spec":{"replicas":2}}""", "one"));
        Assert.Equal(".spec.replicas", Assert.Single(conflict.Conflicts).Field);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"scaler\" using apps/v1: .spec.replicas", conflict.Message);
        var forced = Apply(scaled, """{"spec":{"replicas":2}}""", "one", force: true);
        Assert.Equal(2, forced.At("spec.replicas").AsInteger());
        Assert.Equal("one", Assert.Single(forced.Object("metadata").Objects("managedFields")).Text("manager"));
    }

    [Fact]
    public void The_same_value_is_shared_without_a_conflict()
    {
        var live = Apply(null, """{"spec":{"replicas":2}}""", "one");
        live = Apply(live, """{"spec":{"replicas":2}}""", "two");
        Assert.Equal(2, live.Object("metadata").Objects("managedFields").Count());
        live = Apply(live, """{"spec":{}}""", "one");
        Assert.Equal(2, live.At("spec.replicas").AsInteger());
    }

    [Fact]
    public void Applying_the_same_again_changes_nothing_not_even_the_time()
    {
        const string config = """{"metadata":{"labels":{"a":"1"}},"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"c","image":"x"}]}}}}""";
        var live = Apply(null, config, "one", time: "2026-01-01T00:00:00Z");
        Assert.Equal(live.ToJsonString(), Apply(live, config, "one", time: "2026-02-02T00:00:00Z").ToJsonString());
    }

    [Fact]
    public void An_update_owns_what_it_changes_and_takes_it_from_others()
    {
        var live = Apply(null, """{"spec":{"replicas":2,"paused":true}}""", "one");
        var next = (JsonObject)live.DeepClone();
        next.Object("spec")!["replicas"] = 3L;
        next.Object("spec")!.Remove("paused");
        FieldOwnership.RecordUpdate(next, live, Schema, new FieldManager("editor", "apps/v1", "", "2026-01-01T00:00:00Z"));
        var entries = next.Object("metadata").Objects("managedFields").ToArray();
        var entry = Assert.Single(entries);
        Assert.Equal("editor", entry.Text("manager"));
        Assert.Equal("""{"f:spec":{"f:replicas":{}}}""", entry["fieldsV1"]!.ToJsonString());
    }

    private static JsonObject Apply(JsonObject? live, string config, string manager, bool force = false, string time = "2026-01-01T00:00:00Z") =>
        FieldOwnership.Apply(live, DocumentReader.Read(Encoding.UTF8.GetBytes(config)), Schema, new FieldManager(manager, "apps/v1", "", time), force);
}
