using System.Text.Json;

namespace Kube.ApiServer.Storage;

/// <summary>
/// A condition of a write: some leader's term still runs. A controller that was paused behind its lease (a long collection, a lost packet) must
/// not write over what its successor does; deciding that in the order of commits is the only place where it cannot come too late.
/// </summary>
/// <param name="Lease">The Lease that elects the leader.</param>
/// <param name="Uid">Its <c>metadata.uid</c>: a Lease made anew counts its terms from the start.</param>
/// <param name="Transitions">Its <c>spec.leaseTransitions</c> in that term; whoever takes the Lease raises it.</param>
internal sealed record WriteFence(ObjectKey Lease, string Uid, long Transitions)
{
    /// <summary>Whether the term still runs by a version of the Lease.</summary>
    /// <param name="lease">The version at the moment of the write; null when there is none.</param>
    public bool HoldsBy(StoredObject? lease)
    {
        if (lease is null) return false;
        using var document = JsonDocument.Parse(lease.Json);
        var root = document.RootElement;
        return root.GetProperty("metadata").TryGetProperty("uid", out var uid) && uid.ValueEquals(Uid)
            && root.TryGetProperty("spec", out var spec)
            && spec.TryGetProperty("leaseTransitions", out var transitions) && transitions.TryGetInt64(out var count) && count == Transitions
            && spec.TryGetProperty("holderIdentity", out var holder) && holder.ValueKind == JsonValueKind.String && !holder.ValueEquals("");
    }
}
