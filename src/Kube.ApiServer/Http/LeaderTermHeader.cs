using System.Globalization;
using Kube.ApiServer.Storage;
using Kube.Machinery.LeaderElection;
using Microsoft.AspNetCore.Http;

namespace Kube.ApiServer.Http;

/// <summary>Reads the term of a leader that a controller's writes carry: <c>kube-system/kube-scheduler/0b2c…/7</c>.</summary>
internal static class LeaderTermHeader
{
    private const string Leases = "leases.coordination.k8s.io";

    /// <summary>The condition the request makes; null when it makes none.</summary>
    public static WriteFence? Read(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(LeaderTerm.Header, out var values))
            return null;
        var parts = values.ToString().Split('/');
        return parts.Length == 4 && parts.All(part => part.Length > 0) && int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var transitions)
            ? new WriteFence(new ObjectKey(Leases, parts[0], parts[1]), parts[2], transitions)
            : throw Refusal.BadRequest($"Invalid value for the header {LeaderTerm.Header}: expected namespace/name/uid/transitions of a Lease");
    }
}
