using System.Text;
using System.Text.Json.Nodes;
using Integration.Tests.ApiServer;
using Xunit;

namespace Integration.Tests.Kubectl;

/// <summary>The kubectl of one row, in a namespace of its own.</summary>
/// <param name="server">The server.</param>
/// <param name="number">Number of the row, which makes names of cluster-wide objects unique.</param>
internal sealed class MatrixRun(ApiServerFixture server, int number)
{
    /// <summary>The row's namespace.</summary>
    public string Namespace { get; } = $"row-{number}";

    /// <summary>A name no other row uses.</summary>
    public string Unique { get; } = $"u{number}";

    /// <summary>A scratch directory.</summary>
    public string Directory { get; } = System.IO.Directory.CreateDirectory(Path.Combine(server.Directory, $"row-{number}")).FullName;

    /// <summary>Runs a command that must succeed and say every text.</summary>
    public Task<string> Ok(string command, params string[] says) => In(null, command, says);

    /// <summary>Like <see cref="Ok"/>, with a text on standard input.</summary>
    public async Task<string> In(string? input, string command, params string[] says)
    {
        var result = await RunAsync(input, command);
        Assert.True(result.ExitCode == 0, $"kubectl {command} failed with {result.ExitCode}: {result.Error} {result.Output}");
        foreach (var text in says)
            Assert.True(result.Output.Contains(text, StringComparison.Ordinal) || result.Error.Contains(text, StringComparison.Ordinal), $"kubectl {command} does not say \"{text}\" but: {result.Output} {result.Error}");
        return result.Output;
    }

    /// <summary>Runs a command that must fail and say every text.</summary>
    public Task<string> Fails(string command, params string[] says) => FailsIn(null, command, says);

    /// <summary>Like <see cref="Fails"/>, with a text on standard input.</summary>
    public async Task<string> FailsIn(string? input, string command, params string[] says)
    {
        var result = await RunAsync(input, command);
        Assert.True(result.ExitCode != 0, $"kubectl {command} should fail but says: {result.Output}");
        foreach (var text in says)
            Assert.True((result.Error + result.Output).Contains(text, StringComparison.Ordinal), $"kubectl {command} does not say \"{text}\" but: {result.Error} {result.Output}");
        return result.Error + result.Output;
    }

    /// <summary>Checks one field of one object.</summary>
    public async Task Is(string target, string jsonPath, string expected) => Assert.Equal(expected, (await Ok($"get {target} -o 'jsonpath={{{jsonPath}}}'")).Trim());

    /// <summary>Reads an object.</summary>
    public async Task<JsonNode> Json(string target) => JsonNode.Parse(await Ok($"get {target} -o json"))!;

    /// <summary>Starts a command that keeps running.</summary>
    public RunningKubectl Start(string command) => RunningKubectl.Start(server.AdminKubeconfig, Path.Combine(server.Directory, "cache"), [.. Words(command), $"--namespace={Namespace}"]);

    /// <summary>Writes a file and returns its path.</summary>
    public async Task<string> File(string name, string text)
    {
        var path = Path.Combine(Directory, name);
        await System.IO.File.WriteAllTextAsync(path, text);
        return path;
    }

    public Task<KubectlResult> RunAsync(string? input, string command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var words = Words(command);
        // Behind "--" the words belong to the container.
        var end = words.IndexOf("--");
        // kubectl takes what starts with a brace for JSON, although it may be YAML in flow style.
        if (input is ['{', not '"', ..])
            input = "---\n" + input;
        words.Insert(end < 0 ? words.Count : end, $"--namespace={Namespace}");
        return server.KubectlWithAsync(server.AdminKubeconfig, input, environment, [.. words]);
    }

    // Words as a shell takes them: blanks part, single quotes hold together.
    private static List<string> Words(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in command)
        {
            if (c == '\'')
            {
                quoted = !quoted;
            }
            else if (c == ' ' && !quoted)
            {
                if (word.Length > 0)
                    words.Add(word.ToString());
                word.Clear();
            }
            else
            {
                word.Append(c);
            }
        }

        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }
}
