using System.Text;
using CsCheck;
using Kube.Node.Pods;
using Kube.Node.Streaming;
using k8s.Models;
using Xunit;

namespace Kube.Tests.Node;

public sealed class LogRedactionTests
{
    private const string Secret = "s3cr3t/with+signs&more";

    public static TheoryData<string> Forms =>
    [
        Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)), Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + Secret)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes("me:" + Secret + "!")), Uri.EscapeDataString(Secret), Uri.EscapeDataString(Secret).ToLowerInvariant(),
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)), System.Text.Json.JsonSerializer.Serialize(Secret),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_value_is_hidden_in_every_form(string form)
    {
        var shown = await ShowAsync($"2026-01-01T00:00:00Z stdout F before {form} after\n", Secret);
        Assert.Contains(LogRedactor.Mark, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(form[6..^7], shown, StringComparison.Ordinal);
        Assert.StartsWith("before ", shown, StringComparison.Ordinal);
        Assert.EndsWith(" after\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_self_test_passes_and_fails_with_a_redactor_that_hides_nothing()
    {
        Assert.True(RedactionSelfTest.Passed);
        Assert.False(await RedactionSelfTest.RunAsync(_ => LogRedactor.None));
    }

    [Fact]
    public void Wherever_a_line_is_cut_into_pieces_nothing_of_a_value_comes_out() =>
        Gen.Select(Gen.String[Gen.Char["abc"], 4, 12].Array[1, 4], Gen.String[Gen.Char["abc"], 0, 60], Gen.Int[1, 20]).Sample((values, line, size) =>
        {
            var text = string.Concat(line.Chunk(size).Select((piece, index) => $"2026-01-01T00:00:00Z stdout {((index + 1) * size >= line.Length ? 'F' : 'P')} {new string(piece)}\n"));
            var shown = ShowAsync(text, values).GetAwaiter().GetResult();
            foreach (var value in values) Assert.DoesNotContain(value, shown, StringComparison.Ordinal);
            if (!values.Any(value => line.Contains(value, StringComparison.Ordinal))) Assert.Equal(line.Length == 0 ? "" : line + "\n", shown);
        });

    [Fact]
    public async Task A_log_that_ends_amid_a_value_does_not_show_its_beginning() =>
        Assert.Equal("so far [redacted]", await ShowAsync($"2026-01-01T00:00:00Z stdout P so far {Secret[..12]}\n", Secret));

    [Fact]
    public async Task Values_that_overlap_are_hidden_together() =>
        Assert.Equal("x[redacted]y\n", await ShowAsync("2026-01-01T00:00:00Z stdout F xabcdefghiy\n", "abcdef", "defghi"));

    [Fact]
    public async Task A_key_of_several_lines_is_hidden_line_by_line() =>
        Assert.Equal("[redacted]\n", await ShowAsync("2026-01-01T00:00:00Z stdout F MIIEvQIBADANBg\n", "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQ\n-----END KEY-----\n"));

    [Fact]
    public async Task Short_values_are_words_and_stay() => Assert.Equal("yes 123\n", await ShowAsync("2026-01-01T00:00:00Z stdout F yes 123\n", "yes", "123"));

    [Fact]
    public async Task The_tail_does_not_begin_amid_a_line()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, $"2026-01-01T00:00:00Z stdout F old\n2026-01-01T00:00:00Z stdout P {Secret[..10]}\n2026-01-01T00:00:00Z stdout F {Secret[10..]}\n");
            using var result = new MemoryStream();
            await new LogReader(TimeProvider.System).CopyAsync(file, new(false, 1, null, false, null), _ => Task.FromResult(false), result, new([Encoding.UTF8.GetBytes(Secret)]), CancellationToken.None);
            Assert.Equal("[redacted]\n", Encoding.UTF8.GetString(result.ToArray()));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_secrets_of_a_pod_are_found_wherever_it_names_them()
    {
        var pod = new V1Pod
        {
            Spec = new V1PodSpec
            {
                Containers = [new() { Env = [new() { Name = "A", ValueFrom = new() { SecretKeyRef = new() { Name = "one", Key = "k" } } }], EnvFrom = [new() { SecretRef = new() { Name = "two" } }] }],
                InitContainers = [new() { EnvFrom = [new() { SecretRef = new() { Name = "three" } }] }],
                Volumes = [new() { Secret = new() { SecretName = "four" } }, new() { Projected = new() { Sources = [new() { Secret = new() { Name = "five" } }] } }, new() { EmptyDir = new() }],
            },
        };
        Assert.Equal(["five", "four", "one", "three", "two"], PodSecrets.NamesOf(pod).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_replaced_value_is_remembered_until_no_pod_names_its_secret()
    {
        var memory = new SecretMemory();
        memory.Remember("ns", "one", new Dictionary<string, byte[]> { ["k"] = "first"u8.ToArray() });
        memory.Remember("ns", "one", new Dictionary<string, byte[]> { ["k"] = "second"u8.ToArray() });
        Assert.Equal(["first", "second"], memory.Of("ns", "one").Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal));
        memory.Keep([]);
        Assert.Empty(memory.Of("ns", "one"));
    }

    private static async Task<string> ShowAsync(string log, params string[] values)
    {
        using var result = new MemoryStream();
        var output = new LogOutput(new(false, null, null, false, null), result, new(values.Select(Encoding.UTF8.GetBytes)));
        await output.TakeAsync(Encoding.UTF8.GetBytes(log), CancellationToken.None);
        await output.EndAsync(CancellationToken.None);
        return Encoding.UTF8.GetString(result.ToArray());
    }
}
