namespace Kube.Machinery.Patches;

/// <summary>A patch that cannot be read or does not fit the document.</summary>
/// <param name="message">What is wrong, for a person.</param>
/// <param name="malformed">True when the patch itself is broken; false when it only does not fit this document.</param>
public sealed class PatchException(string message, bool malformed) : Exception(message)
{
    /// <summary>True when the patch itself is broken (400); false when it only does not fit this document (422).</summary>
    public bool Malformed { get; } = malformed;
}
