using Kube.ApiServer.Registry;

namespace Kube.ApiServer.Discovery;

/// <summary>A kind that is asked, not stored: POST it and read the answer in its status.</summary>
internal sealed class ReviewKind(string group, string kind, string plural, Type model, bool namespaced, string version = "v1") : ResourceKind(group, version, kind, plural, model)
{
    public override bool Namespaced => namespaced;

    public override IReadOnlyCollection<string> Verbs => ["create"];
}
