using Xunit;

namespace Kube.Tests.Registry;

/// <summary>Rules in CEL within the schemas of custom resources.</summary>
public sealed class CustomResourceRulesTests
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Objects = "/apis/example.com/v1/ranges";

    private const string Ranges = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: ranges.example.com }
        spec:
          group: example.com
          scope: Cluster
          names: { plural: ranges, kind: Range }
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    x-kubernetes-validations:
                    - { rule: "self.min <= self.max", messageExpression: "'min ' + string(self.min) + ' exceeds max ' + string(self.max)" }
                    - { rule: "!has(self.tags) || self.tags.all(t, t.lowerAscii() == t)", message: tags are lower case, fieldPath: .tags, reason: FieldValueForbidden }
                    - { rule: "!has(self.until) || self.until > timestamp('2020-01-01T00:00:00Z')" }
                    - { rule: "!has(self.note) || self.note != ''", message: "a note, if there is one, says something: has(no.doubt)" }
                    properties:
                      note: { type: string }
                      min: { type: integer }
                      max: { type: integer }
                      until: { type: string, format: date-time }
                      tags: { type: array, items: { type: string } }
                      kind-of: { type: string, x-kubernetes-validations: [ { rule: self == oldSelf, message: stays as it is } ] }
                      parts:
                        type: array
                        x-kubernetes-list-type: map
                        x-kubernetes-list-map-keys: [ name ]
                        items:
                          type: object
                          required: [ name ]
                          x-kubernetes-validations: [ { rule: self.size >= oldSelf.size, message: must not shrink } ]
                          properties: { name: { type: string }, size: { type: integer } }
        """;

    [Theory]
    [InlineData("min: 3, max: 2", "spec: Invalid value: \"object\": min 3 exceeds max 2")]
    [InlineData("min: 1, max: 2, tags: [ a, B ]", "spec.tags: Forbidden: tags are lower case")]
    [InlineData("min: 1, max: 2, until: '2019-06-01T00:00:00Z'", "spec: Invalid value: \"object\": failed rule: !has(self.until) || self.until > timestamp('2020-01-01T00:00:00Z')")]
    [InlineData("min: 1, max: 2, note: ''", "spec: Invalid value: \"object\": a note, if there is one, says something: has(no.doubt)")]
    public async Task An_object_that_breaks_a_rule_is_refused_with_its_message(string spec, string cause)
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, Ranges)).Expect(201);
        Assert.Equal([cause], (await api.CreateAsync(Objects, Range(spec))).Expect(422).Causes);
        (await api.CreateAsync(Objects, Range("min: 1, max: 2, tags: [ a ], until: '2030-06-01T00:00:00Z'"))).Expect(201);
    }

    [Fact]
    public async Task A_rule_that_names_the_old_value_holds_for_changes_only()
    {
        await using var api = await InProcessApiServer.StartAsync();
        (await api.CreateAsync(Definitions, Ranges)).Expect(201);
        (await api.CreateAsync(Objects, Range("min: 1, max: 2, kind-of: a, parts: [ { name: x, size: 2 }, { name: y, size: 2 } ]"))).Expect(201);
        var changed = (await api.PatchAsync($"{Objects}/one", """{"spec":{"kind-of":"b"}}""")).Expect(422);
        Assert.Equal(["spec.kind-of: Invalid value: \"string\": stays as it is"], changed.Causes);
        var shrunk = (await api.PatchAsync($"{Objects}/one", """{"spec":{"parts":[{"name":"y","size":1},{"name":"z","size":1},{"name":"x","size":3}]}}""")).Expect(422);
        Assert.Equal(["spec.parts[0]: Invalid value: \"object\": must not shrink"], shrunk.Causes);
        (await api.PatchAsync($"{Objects}/one", """{"spec":{"max":5}}""")).Expect(200);
    }

    [Theory]
    [InlineData("self.min <= self.max", "self.min <=", "compilation failed")]
    [InlineData("self.min <= self.max", "quantity('1') == self.min", "undeclared reference to 'quantity'")]
    public async Task A_rule_that_cannot_be_evaluated_is_refused_with_the_definition(string sound, string faulty, string reason)
    {
        await using var api = await InProcessApiServer.StartAsync();
        var refused = (await api.CreateAsync(Definitions, Ranges.Replace(sound, faulty, StringComparison.Ordinal))).Expect(422);
        Assert.Contains(refused.Causes, c => c.StartsWith("spec.versions[0].schema.openAPIV3Schema.properties[spec].x-kubernetes-validations[0].rule", StringComparison.Ordinal) && c.Contains(reason, StringComparison.Ordinal));
    }

    private static string Range(string spec) => $"apiVersion: example.com/v1\nkind: Range\nmetadata: {{ name: one }}\nspec: {{ {spec} }}";
}
