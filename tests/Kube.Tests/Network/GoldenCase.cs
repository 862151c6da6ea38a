using k8s;
using Xunit;

namespace Kube.Tests.Network;

/// <summary>One folder of a golden case: objects in <c>in.yaml</c> (and <c>then.yaml</c>), the expected text beside it.</summary>
internal sealed class GoldenCase(string kind, string name)
{
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Network", "golden", kind, name);

    public static IEnumerable<string> Names(string kind) =>
        Directory.EnumerateDirectories(Path.Combine(AppContext.BaseDirectory, "Network", "golden", kind)).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    public bool Has(string file) => File.Exists(Path.Combine(_folder, file));

    public IReadOnlyList<object> Objects(string file) => KubernetesYaml.LoadAllFromString(File.ReadAllText(Path.Combine(_folder, file)));

    public void Expect(string file, string actual)
    {
        var path = Path.Combine(_folder, file);
        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected.ReplaceLineEndings("\n").Trim() == actual.ReplaceLineEndings("\n").Trim(), $"{path}\n--- expected\n{expected}\n--- actual\n{actual}");
    }
}
