namespace Kube.Machinery.Schema;

/// <summary>What was wrong with a document that could still be read.</summary>
public sealed class DecodeReport
{
    private List<string>? _problems;

    /// <summary>Unknown and duplicate fields, each as <c>unknown field "spec.foo"</c>.</summary>
    public IReadOnlyList<string> Problems => _problems ?? (IReadOnlyList<string>)[];

    /// <summary>Adds a problem.</summary>
    public void Add(string problem) => (_problems ??= []).Add(problem);
}
