using System.Text.Json.Nodes;
using CsCheck;
using Portal.Core.Apps;
using Portal.Core.Results;
using Xunit;

namespace Portal.Tests.Core;

public sealed class A_declaration
{
    private const string Good = """
        apiVersion: portal/v1
        kind: App
        metadata: { team: acme, project: shop, name: hello }
        spec:
          image: localhost/portal/hello:1
          processes:
            web:    { port: 8080, replicas: 2, size: small, health: { path: / } }
            worker: { command: [ "work", "--queue", "mail" ], replicas: 1 }
          env:      { GREETING: hello }
          secrets:  [ API_KEY ]
          domains:  [ hello.example.com ]
        environments:
          staging:    { processes: { web: { replicas: 1 } }, env: { GREETING: hi } }
        """;

    [Fact]
    public void Reads_the_documented_form_and_merges_environments()
    {
        var declaration = Some.Declarations.ParseYaml(Good).Value!;
        Assert.Equal(("acme", "shop", "hello"), (declaration.Metadata.Team, declaration.Metadata.Project, declaration.Metadata.Name));
        Assert.Equal(["work", "--queue", "mail"], declaration.Spec.Processes["worker"].Command);
        var staging = declaration.In("staging");
        Assert.Equal((1, 8080, "small", "/"), (staging.Processes["web"].Replicas, staging.Processes["web"].Port, staging.Processes["web"].Size, staging.Processes["web"].Health!.Path));
        Assert.Equal("hi", staging.Env["GREETING"]);
        Assert.Equal(2, declaration.In("production").Processes["web"].Replicas);
    }

    [Fact]
    public void Survives_yaml_and_json_round_trips() => Some.Declaration.Sample(declaration =>
    {
        var json = Some.Declarations.ToJson(declaration);
        var fromJson = Some.Declarations.ParseJson(json);
        Assert.True(fromJson.IsOk, $"{fromJson.Error}\n{json}");
        Assert.Equal(json, Some.Declarations.ToJson(fromJson.Value));
        var yaml = Some.Declarations.ToYaml(declaration);
        var fromYaml = Some.Declarations.ParseYaml(yaml);
        Assert.True(fromYaml.IsOk, $"{fromYaml.Error}\n{yaml}");
        Assert.Equal(json, Some.Declarations.ToJson(fromYaml.Value));
    }, iter: 2000);

    [Theory]
    [InlineData("replicas: 2", "replicas: 101", "spec.processes.web.replicas", 7)]
    [InlineData("replicas: 2", "replicas: many", "spec.processes.web.replicas", 7)]
    [InlineData("port: 8080", "port: 0", "spec.processes.web.port", 7)]
    [InlineData("port: 8080", "port: 65536", "spec.processes.web.port", 7)]
    [InlineData("port: 8080", "port: \"8080\"", "spec.processes.web.port", 7)]
    [InlineData("size: small", "size: huge", "spec.processes.web.size", 7)]
    [InlineData("path: /", "path: relative", "spec.processes.web.health.path", 7)]
    [InlineData("localhost/portal/hello:1", "UPPER/Case:1", "spec.image", 5)]
    [InlineData("localhost/portal/hello:1", "hello:tag:tag", "spec.image", 5)]
    [InlineData("GREETING: hello", "1GREETING: hello", "spec.env.1GREETING", 9)]
    [InlineData("GREETING: hello", "GREETING: ", "spec.env.GREETING", 9)]
    [InlineData("API_KEY", "API-KEY", "spec.secrets[0]", 10)]
    [InlineData("API_KEY", "A, A", "spec.secrets[1]", 10)]
    [InlineData("hello.example.com", "-hello.example.com", "spec.domains[0]", 11)]
    [InlineData("hello.example.com", "HELLO.example.com", "spec.domains[0]", 11)]
    [InlineData("name: hello", "name: Hello", "metadata.name", 3)]
    [InlineData("kind: App", "kind: Application", "kind", 2)]
    [InlineData("  image:", "  imagee:", "spec.imagee", 5)]
    [InlineData("kind: App", "kind: App\nkind: App", "kind", 3)]
    [InlineData("kind: App", "kind: !!str App", "kind", 2)]
    [InlineData("kind: App", "kind: &anchor App", "kind", 2)]
    [InlineData("env:      { GREETING: hello }", "env:\n    A: &x hello\n    B: *x", "spec.env.B", 11)]
    public void Names_the_field_and_line_of_a_fault(string good, string bad, string path, int line)
    {
        var error = Some.Declarations.ParseYaml(Good.Replace(good, bad, StringComparison.Ordinal)).Error!;
        Assert.Equal(ErrorKind.Invalid, error.Kind);
        Assert.Contains(error.Fields, fault => fault.Path == path && fault.Line == line);
    }

    [Theory]
    [InlineData("port: 8080, ", "", "spec.processes.web.port")]
    [InlineData("[ API_KEY ]", "[ GREETING ]", "spec.secrets[0]")]
    [InlineData("hello.example.com", "x.apps.localhost", "spec.domains[0]")]
    [InlineData("replicas: 1 }", "schedule: \"60 * * * *\" }", "spec.processes.worker.schedule")]
    [InlineData("replicas: 1 }", "schedule: \"* * * * *\", replicas: 2 }", "spec.processes.worker.replicas")]
    [InlineData("replicas: 1 }", "schedule: \"* * * * *\", timeZone: Europe/Atlantis }", "spec.processes.worker.timeZone")]
    [InlineData("replicas: 1 }", "timeZone: Europe/Zurich }", "spec.processes.worker.timeZone")]
    [InlineData("replicas: 1 }", "mounts: { data: /data } }", "spec.processes.worker.mounts.data")]
    [InlineData("replicas: 2,", "replicas: 2, autoscale: { min: 1, max: 2, cpu: 70 },", "spec.processes.web.replicas")]
    [InlineData("replicas: 2,", "autoscale: { min: 3, max: 2, cpu: 70 },", "spec.processes.web.autoscale.max")]
    [InlineData("replicas: 2,", "autoscale: { min: 1, max: 2 },", "spec.processes.web.autoscale")]
    [InlineData("{ path: / }", "{ path: /, tcp: 80 }", "spec.processes.web.health")]
    [InlineData("  env:  ", "  rollout: { strategy: canary, steps: [ 50, 10 ] }\n  env:  ", "spec.rollout.steps")]
    [InlineData("  env:  ", "  rollout: { steps: [ 10 ] }\n  env:  ", "spec.rollout.steps")]
    [InlineData("  env:  ", "  release: { timeout: 5 }\n  env:  ", "spec.release.command")]
    public void Names_faults_between_fields(string good, string bad, string path) =>
        Assert.Contains(Some.Declarations.ParseYaml(Good.Replace(good, bad, StringComparison.Ordinal)).Error!.Fields, fault => fault.Path == path);

    [Fact]
    public void A_volume_has_one_writer_and_no_second_set_of_instances()
    {
        const string volume = "  volumes: { data: { size: 1Gi } }\n  env:  ";
        var twice = Good.Replace("  env:  ", volume, StringComparison.Ordinal).Replace("size: small", "mounts: { data: /data }", StringComparison.Ordinal).Replace("replicas: 1 }", "mounts: { data: /data } }", StringComparison.Ordinal);
        Assert.Equal(["spec.processes.web.replicas", "spec.volumes.data"], Some.Declarations.ParseYaml(twice).Error!.Fields.Select(f => f.Path).Order(StringComparer.Ordinal));
        var beside = Good.Replace("  env:  ", "  rollout: { strategy: blue-green }\n" + volume, StringComparison.Ordinal).Replace("replicas: 2, size: small", "mounts: { data: /data }", StringComparison.Ordinal);
        Assert.Contains(Some.Declarations.ParseYaml(beside).Error!.Fields, f => f.Path == "spec.rollout.strategy");
    }

    [Fact]
    public void An_override_changes_a_number_of_instances_into_a_range_and_back()
    {
        var range = Some.Declarations.ParseYaml(Good.Replace("web: { replicas: 1 }", "web: { autoscale: { min: 2, max: 9, cpu: 70 } }", StringComparison.Ordinal)).Value!;
        Assert.Equal((null, 9), (range.In("staging").Processes["web"].Replicas, range.In("staging").Processes["web"].Autoscale!.Max));
        var fix = range.WithReplicas("staging", "web", 4).In("staging").Processes["web"];
        Assert.Equal((4, null), (fix.Replicas, fix.Autoscale));
    }

    [Fact]
    public void Reports_all_faults_at_once()
    {
        var text = Good.Replace("port: 8080", "port: 0", StringComparison.Ordinal).Replace("size: small", "size: huge", StringComparison.Ordinal).Replace("API_KEY", "a b", StringComparison.Ordinal);
        Assert.Equal(3, Some.Declarations.ParseYaml(text).Error!.Fields.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \n# nothing\n")]
    [InlineData("just text")]
    [InlineData("[1, 2]")]
    [InlineData("a: [")]
    [InlineData("\"unfinished")]
    [InlineData("? [a]\n: b")]
    [InlineData("{{{{{{{{{{{{{{{{{{{{{{{{{{{{")]
    [InlineData("a: 1\n---\nb: 2")]
    [InlineData("\t- x")]
    [InlineData("%YAML 9.9\n---\na: b")]
    public void Refuses_what_is_no_declaration(string text)
    {
        Assert.Equal(ErrorKind.Invalid, Some.Declarations.ParseYaml(text).Error!.Kind);
        Assert.Equal(ErrorKind.Invalid, Some.Declarations.ParseJson(text).Error!.Kind);
    }

    [Fact]
    public void Never_throws_on_mutated_text() => Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Int[0, 8], Gen.String[0, 6]).Sample((at, cut, insert) =>
    {
        var text = Good.Remove(at, Math.Min(cut, Good.Length - at)).Insert(at, insert);
        _ = Some.Declarations.ParseYaml(text);
        _ = Some.Declarations.ParseJson(text);
    }, iter: 3000);

    [Fact]
    public void Refuses_a_deep_or_long_text_quickly()
    {
        Assert.False(Some.Declarations.ParseYaml(new string('[', 100_000)).IsOk);
        Assert.False(Some.Declarations.ParseJson(new string('[', 100_000)).IsOk);
        Assert.False(Some.Declarations.ParseYaml(string.Concat(Enumerable.Repeat("- ", 100_000))).IsOk);
        Assert.False(Some.Declarations.ParseYaml(new string('a', 10_000_000)).IsOk);
    }

    [Fact]
    public void Sees_duplicate_keys_in_json()
    {
        var error = Some.Declarations.ParseJson("""{"apiVersion":"portal/v1","kind":"App","kind":"App","metadata":{"name":"a"},"spec":{"image":"a","processes":{"x":{}}}}""").Error!;
        Assert.Equal("kind", Assert.Single(error.Fields).Path);
    }

    [Fact]
    public void Has_a_schema_of_the_same_rules()
    {
        var schema = JsonNode.Parse(Some.Declarations.JsonSchema)!;
        var process = schema["properties"]!["spec"]!["properties"]!["processes"]!["additionalProperties"]!;
        Assert.Equal(65535, (int)process["properties"]!["port"]!["maximum"]!);
        Assert.Equal(SizeTable.All.Select(s => s.Name), process["properties"]!["size"]!["enum"]!.AsArray().Select(n => (string)n!));
        Assert.False((bool)schema["additionalProperties"]!);
    }

    [Fact]
    public void Secret_values_print_as_a_redaction()
    {
        var secret = new Sensitive("canary");
        Assert.DoesNotContain("canary", $"{secret} {System.Text.Json.JsonSerializer.Serialize(new { secret })}");
    }
}
