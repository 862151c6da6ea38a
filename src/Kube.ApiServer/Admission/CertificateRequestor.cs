using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Admission;

/// <summary>Stamps who asks for a certificate into the request: the signer decides on that, so a client's own word does not count.</summary>
internal sealed class CertificateRequestor : IAdmission
{
    public void Admit(AdmissionRequest request)
    {
        if (request.Operation != AdmissionOperation.Create || request.Object is not { } document || request.Kind.StorageResource != "certificatesigningrequests.certificates.k8s.io")
            return;
        var spec = document.Ensure("spec");
        spec["username"] = request.User.Name;
        spec["groups"] = new JsonArray([.. request.User.Groups.Select(g => (JsonNode)g)]);
        spec.Remove("extra");
        if (request.User.Uid.Length > 0)
            spec["uid"] = request.User.Uid;
        else
            spec.Remove("uid");
    }
}
