using Kube.ApiServer.Admission;
using Kube.ApiServer.Authentication;
using Kube.ApiServer.Authorization;

namespace Kube.ApiServer.Audit;

/// <summary>What becomes known of a request on its way, for the audit log. Never a body.</summary>
/// <param name="id">The request's id, sent back as <c>Audit-Id</c>.</param>
/// <param name="received">When it came.</param>
internal sealed class RequestRecord(string id, DateTimeOffset received)
{
    public string Id { get; } = id;

    public DateTimeOffset Received { get; } = received;

    /// <summary>Who asks; null when no credential was accepted.</summary>
    public UserInfo? User { get; set; }

    /// <summary>As whom he acts; null when as himself.</summary>
    public UserInfo? Impersonated { get; set; }

    /// <summary>What he asks; null when it was not understood.</summary>
    public AuthorizationAttributes? Attributes { get; set; }

    /// <summary>API version of the resource.</summary>
    public string Version { get; set; } = "";

    /// <summary>What was decided; null when nothing was.</summary>
    public AuthorizationDecision? Decision { get; set; }

    /// <summary>What admission noted.</summary>
    public AdmissionFeedback? Feedback { get; set; }
}
