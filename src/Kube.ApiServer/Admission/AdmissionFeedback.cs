namespace Kube.ApiServer.Admission;

/// <summary>What admission has to say about a write beside yes and no.</summary>
internal sealed class AdmissionFeedback
{
    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, string> _annotations = new(StringComparer.Ordinal);

    /// <summary>Warnings for the client, each once.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Notes for the audit log.</summary>
    public IReadOnlyDictionary<string, string> Annotations => _annotations;

    /// <summary>Warns the client; said again by a retry it is still one warning.</summary>
    public void Warn(string warning)
    {
        if (!_warnings.Contains(warning))
            _warnings.Add(warning);
    }

    /// <summary>Notes something for the audit log.</summary>
    public void Annotate(string key, string value) => _annotations[key] = value;
}
