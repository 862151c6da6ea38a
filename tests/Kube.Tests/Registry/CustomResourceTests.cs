using System.Text;
using Kube.ApiServer.Storage;
using Microsoft.Extensions.DependencyInjection;
using Testing;
using Xunit;

namespace Kube.Tests.Registry;

/// <summary>CustomResourceDefinitions and their objects, against the whole server.</summary>
public sealed class CustomResourceTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Objects = "/apis/stable.example.com/v1/namespaces/default/crontabs";

    private const string CronTabs = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: crontabs.stable.example.com }
        spec:
          group: stable.example.com
          scope: Namespaced
          names: { plural: crontabs, kind: CronTab, shortNames: [ ct ], categories: [ all ] }
          versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale: { specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.labelSelector }
            additionalPrinterColumns:
            - { name: Spec, type: string, description: The cron spec, jsonPath: .spec.cronSpec }
            - { name: Replicas, type: integer, jsonPath: .spec.replicas, priority: 1 }
            - { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
            - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
            selectableFields: [ { jsonPath: .spec.color } ]
            schema:
              openAPIV3Schema:
                type: object
                description: CronTab runs things
                properties:
                  spec:
                    type: object
                    required: [ cronSpec ]
                    properties:
                      cronSpec: { type: string, description: When to run, pattern: '^(\S+ ){4}\S+$' }
                      replicas: { type: integer, minimum: 1, maximum: 10, default: 1 }
                      color: { type: string, enum: [ red, green ] }
                      port: { x-kubernetes-int-or-string: true }
                      free: { type: object, x-kubernetes-preserve-unknown-fields: true }
                      nothing: { type: string, nullable: true }
                      steps:
                        type: array
                        maxItems: 3
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [ name ]
                        items: { type: object, required: [ name ], properties: { name: { type: string, minLength: 2 }, image: { type: string, default: busybox } } }
                      one: { type: object, properties: { a: { type: string }, b: { type: string } }, oneOf: [ { required: [ a ] }, { required: [ b ] } ] }
                  status:
                    type: object
                    properties:
                      replicas: { type: integer }
                      labelSelector: { type: string }
                      conditions: { type: array, items: { type: object, properties: { type: { type: string }, status: { type: string } } } }
        """;

    [Fact]
    [Trait("Conformance", "custom_resource_definition")]
    public async Task A_definition_is_established_and_served_when_its_creator_has_the_answer()
    {
        await using var api = await InProcessApiServer.StartAsync();
        var made = (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        Assert.Equal(["NamesAccepted True", "Established True"], made.Body["status"]!["conditions"]!.AsArray().Select(c => $"{c!["type"]} {c["status"]}"));
        Assert.Equal("crontab", made.At("status.acceptedNames.singular"));
        Assert.Equal("CronTabList", made.At("status.acceptedNames.listKind"));
        Assert.Equal("v1", made.At("status.storedVersions.0"));
        Assert.Equal("CronTabList", (await api.GetAsync(Objects)).Expect(200).At("kind"));
        var resources = (await api.GetAsync("/apis/stable.example.com/v1")).Expect(200);
        Assert.Equal(["crontabs", "crontabs/status", "crontabs/scale"], resources.Body["resources"]!.AsArray().Select(r => r!["name"]!.ToString()));
        Assert.Contains((await api.GetAsync("/apis")).Body["groups"]!.AsArray(), g => g!["name"]!.ToString() == "stable.example.com");
        (await api.GetAsync("/apis/stable.example.com/v1/namespaces/default/other")).Expect(404);
    }

    [Fact]
    public async Task A_status_names_no_version_that_the_definition_lacks()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        const string status = $"{Definitions}/crontabs.stable.example.com/status";
        var unknown = (await api.PatchAsync(status, """{"status":{"storedVersions":["v1","v9"]}}""")).Expect(422);
        Assert.Contains("status.storedVersions[1]: Invalid value: \"v9\": must appear in spec.versions", unknown.At("message"), StringComparison.Ordinal);
        (await api.PatchAsync(status, """{"status":{"storedVersions":[]}}""")).Expect(422);
        (await api.PatchAsync(status, """{"status":{"storedVersions":["v1"],"conditions":null}}""")).Expect(200);
    }

    [Fact]
    public async Task A_definition_whose_status_names_a_version_it_lacks_can_still_be_deleted()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        // As an older server may have let it in.
        var store = api.Services.GetRequiredService<IObjectStore>();
        var key = new ObjectKey("customresourcedefinitions.apiextensions.k8s.io", "", "crontabs.stable.example.com");
        var kept = store.Get(key)!;
        var json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(kept.Json.Span).Replace("\"storedVersions\":[\"v1\"]", "\"storedVersions\":[\"v9\"]", StringComparison.Ordinal));
        Assert.Equal(WriteOutcome.Committed, (await store.WriteAsync(new Write(WriteKind.Update, key, kept.Revision, json, kept.Labels), TestContext.Current.CancellationToken)).Outcome);
        Assert.Equal("v9", (await api.GetAsync($"{Definitions}/crontabs.stable.example.com")).At("status.storedVersions.0"));
        (await api.DeleteAsync($"{Definitions}/crontabs.stable.example.com")).Expect(200);
        await Eventually.Async("the definition is gone", () => api.GetAsync($"{Definitions}/crontabs.stable.example.com"), a => a.Status == 404);
    }

    [Fact]
    [Trait("Conformance", "custom_resource_definition")]
    public async Task Defaults_fill_requests_and_what_was_stored_before_they_were_defined()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs.Replace(", default: 1 }", " }", StringComparison.Ordinal))).Expect(201);
        (await api.CreateAsync(Objects, CronTab("early", "cronSpec: '* * * * *'"))).Expect(201);
        Assert.Null((await api.GetAsync($"{Objects}/early")).At("spec.replicas"));
        (await api.PatchAsync($"{Definitions}/crontabs.stable.example.com", """[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/replicas/default","value":4}]""", "application/json-patch+json")).Expect(200);
        await Eventually.Async("the default on reading", () => api.GetAsync($"{Objects}/early"), a => a.At("spec.replicas") == "4");
        Assert.Equal("4", (await api.GetAsync(Objects)).At("items.0.spec.replicas"));
        var late = (await api.CreateAsync(Objects, CronTab("late", "cronSpec: '* * * * *', steps: [ { name: one } ]"))).Expect(201);
        Assert.Equal("4", late.At("spec.replicas"));
        Assert.Equal("busybox", late.At("spec.steps.0.image"));
    }

    [Fact]
    [Trait("Conformance", "field_validation")]
    public async Task Unknown_fields_are_pruned_warned_of_or_refused_as_the_client_asks()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        var body = CronTab("a", "cronSpec: '* * * * *', unknown: 1, free: { kept: { deep: true } }, nothing: null");
        var strict = (await api.CreateAsync($"{Objects}?fieldValidation=Strict", body)).Expect(400);
        Assert.Contains("strict decoding error: unknown field \"spec.unknown\"", strict.At("message"), StringComparison.Ordinal);
        var warned = (await api.CreateAsync($"{Objects}?fieldValidation=Warn", body)).Expect(201);
        Assert.Contains("unknown field", warned.Headers["Warning"].ToString(), StringComparison.Ordinal);
        Assert.Null(warned.At("spec.unknown"));
        Assert.Equal("true", warned.At("spec.free.kept.deep"));
        Assert.True(warned.Body["spec"]!.AsObject().ContainsKey("nothing"));
        var patched = (await api.PatchAsync($"{Objects}/a?fieldValidation=Strict", """{"spec":{"other":1}}""")).Expect(400);
        Assert.Contains("unknown field \"spec.other\"", patched.At("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("replicas: 3", "spec.cronSpec: Required value")]
    [InlineData("cronSpec: 7", "spec.cronSpec: Invalid value: \"integer\": spec.cronSpec in body must be of type string: \"integer\"")]
    [InlineData("cronSpec: nonsense", "spec.cronSpec: Invalid value: \"nonsense\": spec.cronSpec in body should match '^(\\S+ ){4}\\S+$'")]
    [InlineData("cronSpec: '* * * * *', replicas: 11", "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10")]
    [InlineData("cronSpec: '* * * * *', replicas: 0", "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1")]
    [InlineData("cronSpec: '* * * * *', color: blue", "spec.color: Unsupported value: \"blue\": supported values: \"red\", \"green\"")]
    [InlineData("cronSpec: '* * * * *', port: true", "spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\"")]
    [InlineData("cronSpec: '* * * * *', steps: [ { name: aa }, { name: aa } ]", "spec.steps[1]: Duplicate value: {\"name\":\"aa\"}")]
    [InlineData("cronSpec: '* * * * *', steps: [ { name: a } ]", "spec.steps[0].name: Invalid value: \"a\": spec.steps[0].name in body should be at least 2 chars long")]
    [InlineData("cronSpec: '* * * * *', steps: [ { name: aa }, { name: bb }, { name: cc }, { name: dd } ]", "spec.steps: Too many: 4: must have at most 3 items")]
    [InlineData("cronSpec: '* * * * *', one: { a: x, b: y }", "spec.one: Invalid value: \"\": \"spec.one\" must validate one and only one schema (oneOf). Found 2 valid alternatives")]
    public async Task An_object_that_breaks_its_schema_is_refused_with_the_field_and_the_reason(string spec, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        var refused = (await api.CreateAsync(Objects, CronTab("a", spec))).Expect(422);
        Assert.Equal("Invalid", refused.At("reason"));
        Assert.Equal([cause], refused.Causes);
    }

    [Fact]
    [Trait("Conformance", "custom_resource_definition")]
    public async Task Status_and_scale_are_written_apart_from_the_object()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        var made = (await api.CreateAsync(Objects, CronTab("a", "cronSpec: '* * * * *'") + "\nstatus: { replicas: 9 }")).Expect(201);
        Assert.Null(made.At("status"));
        Assert.Equal("1", made.At("metadata.generation"));
        var status = (await api.PatchAsync($"{Objects}/a/status", """{"spec":{"color":"red"},"status":{"replicas":3,"labelSelector":"app=a","conditions":[{"type":"Ready","status":"True"}]}}""")).Expect(200);
        Assert.Equal("3", status.At("status.replicas"));
        Assert.Null(status.At("spec.color"));
        Assert.Equal("1", status.At("metadata.generation"));
        (await api.PatchAsync($"{Objects}/a/status", """{"status":{"replicas":"many"}}""")).Expect(422);
        var scale = (await api.PatchAsync($"{Objects}/a/scale", """{"spec":{"replicas":5}}""")).Expect(200);
        Assert.Equal("5", scale.At("spec.replicas"));
        Assert.Equal("3", scale.At("status.replicas"));
        Assert.Equal("app=a", scale.At("status.selector"));
        Assert.Equal("2", (await api.GetAsync($"{Objects}/a")).At("metadata.generation"));
        (await api.PatchAsync($"{Objects}/a/scale", """{"spec":{"replicas":50}}""")).Expect(422);
    }

    [Fact]
    [Trait("Conformance", "table_conversion")]
    public async Task Printer_columns_show_what_their_paths_find()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        (await api.CreateAsync(Objects, CronTab("a", "cronSpec: '1 * * * *', replicas: 2"))).Expect(201);
        (await api.PatchAsync($"{Objects}/a/status", """{"status":{"conditions":[{"type":"Other","status":"False"},{"type":"Ready","status":"True"}]}}""")).Expect(200);
        var table = (await api.GetAsync(Objects, "application/json;as=Table;v=v1;g=meta.k8s.io")).Expect(200);
        Assert.Equal(["Name", "Spec", "Replicas", "Ready", "Age"], table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()));
        Assert.Equal(["a", "1 * * * *", "2", "True"], table.Body["rows"]![0]!["cells"]!.AsArray().Take(4).Select(c => c!.ToString()));
    }

    [Fact]
    [Trait("Conformance", "crd_selectable_fields")]
    public async Task A_selectable_field_selects()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        (await api.CreateAsync(Objects, CronTab("a", "cronSpec: '* * * * *', color: red"))).Expect(201);
        (await api.CreateAsync(Objects, CronTab("b", "cronSpec: '* * * * *', color: green"))).Expect(201);
        var red = (await api.GetAsync($"{Objects}?fieldSelector=spec.color%3Dred")).Expect(200);
        Assert.Equal(["a"], red.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()));
        (await api.GetAsync($"{Objects}?fieldSelector=spec.cronSpec%3Dx")).Expect(400);
    }

    [Fact]
    public async Task Two_appliers_share_a_list_map_and_conflict_over_one_field()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        const string apply = "application/apply-patch+yaml";
        (await api.PatchAsync($"{Objects}/a?fieldManager=one", CronTab("a", "cronSpec: '* * * * *', steps: [ { name: aa, image: x } ]"), apply)).Expect(201);
        var both = (await api.PatchAsync($"{Objects}/a?fieldManager=two", CronTab("a", "steps: [ { name: bb } ]"), apply)).Expect(200);
        Assert.Equal(["aa", "bb"], both.Body["spec"]!["steps"]!.AsArray().Select(s => s!["name"]!.ToString()));
        var conflict = (await api.PatchAsync($"{Objects}/a?fieldManager=two", CronTab("a", "steps: [ { name: aa, image: y } ]"), apply)).Expect(409);
        Assert.Contains("\"one\"", conflict.Causes[0], StringComparison.Ordinal);
        (await api.PatchAsync($"{Objects}/a", """{"spec":{"color":"red"}}""", "application/strategic-merge-patch+json")).Expect(415);
    }

    [Fact]
    [Trait("Conformance", "crd_publish_openapi")]
    public async Task Versions_share_their_objects_and_each_is_published()
    {
        await using var api = await InProcessApiServer.StartAsync();
        const string beta = "  - { name: v2beta1, served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } } }\n";
        var two = CronTabs.Replace("  versions:\n", "  versions:\n" + beta, StringComparison.Ordinal);
        (await api.CreateAsync(Definitions, two)).Expect(201);
        (await api.CreateAsync(Objects.Replace("/v1/", "/v2beta1/", StringComparison.Ordinal), CronTab("a", "cronSpec: '* * * * *', more: 1").Replace("com/v1", "com/v2beta1", StringComparison.Ordinal))).Expect(201);
        var v1 = (await api.GetAsync($"{Objects}/a")).Expect(200);
        Assert.Equal("stable.example.com/v1", v1.At("apiVersion"));
        var old = (await api.GetAsync($"{Objects.Replace("/v1/", "/v2beta1/", StringComparison.Ordinal)}/a")).Expect(200);
        Assert.Equal("stable.example.com/v2beta1", old.At("apiVersion"));
        Assert.Contains("deprecated", old.Headers["Warning"].ToString(), StringComparison.Ordinal);
        Assert.Equal("stable.example.com/v1", (await api.GetAsync("/apis/stable.example.com")).At("preferredVersion.groupVersion"));
        var document = (await api.GetAsync("/openapi/v3/apis/stable.example.com/v1")).Expect(200);
        var schema = document.Body["components"]!["schemas"]!["com.example.stable.v1.CronTab"]!;
        Assert.Equal("When to run", schema["properties"]!["spec"]!["properties"]!["cronSpec"]!["description"]!.ToString());
        Assert.Equal("CronTab", schema["x-kubernetes-group-version-kind"]![0]!["kind"]!.ToString());
        Assert.NotNull((await api.GetAsync("/openapi/v3")).Body["paths"]!["apis/stable.example.com/v2beta1"]);
    }

    [Fact]
    [Trait("Conformance", "custom_resource_definition")]
    public async Task A_deleted_definition_takes_its_objects_along_and_its_kind_is_gone()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        (await api.CreateAsync(Objects, CronTab("a", "cronSpec: '* * * * *'"))).Expect(201);
        (await api.CreateAsync(Objects, CronTab("held", "cronSpec: '* * * * *'").Replace("name: held", "name: held, finalizers: [ example.com/hold ]", StringComparison.Ordinal))).Expect(201);
        (await api.DeleteAsync($"{Definitions}/crontabs.stable.example.com")).Expect(200);
        await Eventually.Async("a refusal of new objects", () => api.CreateAsync(Objects, CronTab("b", "cronSpec: '* * * * *'")), a => a.Status == 405);
        await Eventually.Async("the first object gone", () => api.GetAsync($"{Objects}/a"), a => a.Status == 404);
        Assert.Equal(200, (await api.GetAsync($"{Definitions}/crontabs.stable.example.com")).Status);
        (await api.PatchAsync($"{Objects}/held", """{"metadata":{"finalizers":null}}""")).Expect(200);
        await Eventually.Async("the definition gone", () => api.GetAsync($"{Definitions}/crontabs.stable.example.com"), a => a.Status == 404);
        await Eventually.Async("the kind gone", () => api.GetAsync(Objects), a => a.Status == 404);
    }

    [Fact]
    public async Task Names_that_are_taken_leave_a_definition_unestablished()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        var other = CronTabs.Replace("crontabs", "cronthings", StringComparison.Ordinal).Replace("kind: CronTab,", "kind: CronThing,", StringComparison.Ordinal);
        var made = (await api.CreateAsync(Definitions, other)).Expect(201);
        Assert.Equal(["NamesAccepted False ShortNamesConflict", "Established False NotAccepted"], made.Body["status"]!["conditions"]!.AsArray().Select(c => $"{c!["type"]} {c["status"]} {c["reason"]}"));
        (await api.GetAsync("/apis/stable.example.com/v1/cronthings")).Expect(404);
    }

    [Theory]
    [InlineData("crontabs.stable.example.com }", "other.stable.example.com }", "metadata.name: Invalid value: \"other.stable.example.com\": must be spec.names.plural+\".\"+spec.group")]
    [InlineData("scope: Namespaced", "scope: Everywhere", "spec.scope: Unsupported value: \"Everywhere\": supported values: \"Cluster\", \"Namespaced\"")]
    [InlineData("storage: true", "storage: false", "spec.versions: Invalid value: \"0\": must have exactly one version marked as storage version")]
    [InlineData("color: { type: string, enum", "color: { enum", "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[color].type: Required value: must not be empty for specified object fields")]
    [InlineData("default: 1 }", "default: 99 }", "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[replicas].default: Invalid value: 99: default in body should be less than or equal to 10")]
    [InlineData("x-kubernetes-list-map-keys: [ name ]", "x-kubernetes-list-map-keys: [ nick ]", "spec.versions[0].schema.openAPIV3Schema.properties[spec].properties[steps].x-kubernetes-list-map-keys: Invalid value: \"nick\": entries must all be names of item properties")]
    public async Task A_faulty_definition_is_refused_with_the_field_and_the_reason(string sound, string faulty, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        Assert.Contains(sound, CronTabs, StringComparison.Ordinal);
        var refused = (await api.CreateAsync(Definitions, CronTabs.Replace(sound, faulty, StringComparison.Ordinal))).Expect(422);
        Assert.Contains(cause, refused.Causes);
    }

    [Fact]
    public async Task The_scope_and_names_of_a_definition_stay_as_they_are()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, CronTabs)).Expect(201);
        var refused = (await api.PatchAsync($"{Definitions}/crontabs.stable.example.com", """{"spec":{"scope":"Cluster","names":{"kind":"Other"}}}""")).Expect(422);
        Assert.Equal(["spec.scope: Invalid value: \"Cluster\": field is immutable", "spec.names.kind: Invalid value: \"Other\": field is immutable"], refused.Causes);
    }

    private static string CronTab(string name, string spec) => $"apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: {{ name: {name} }}\nspec: {{ {spec} }}";
}
