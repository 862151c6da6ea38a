namespace Kube.ApiServer.Registry;

/// <summary>What a client asks of a write beside the object.</summary>
/// <param name="Manager">Field manager recorded.</param>
/// <param name="DryRun">Decide everything, store nothing.</param>
/// <param name="Force">Apply takes fields over from other managers.</param>
/// <param name="Subresource">Empty, <c>status</c>, or another subresource written through.</param>
/// <param name="User">Who writes.</param>
internal sealed record WriteOptions(string Manager, bool DryRun, bool Force, string Subresource, Authentication.UserInfo User)
{
    /// <summary>The document already carries its field ownership: it comes out of server-side apply.</summary>
    public bool Applying { get; init; }

    /// <summary>The leader's term the writer acts in; null for one that is not elected.</summary>
    public Storage.WriteFence? Fence { get; init; }

    /// <summary>Whether quotas are asked; not by a trial that counts for itself.</summary>
    public bool CountsQuota { get; init; } = true;

    /// <summary>Takes what admission has to say; nobody listens when the server itself writes.</summary>
    public Admission.AdmissionFeedback Feedback { get; init; } = new();
}
