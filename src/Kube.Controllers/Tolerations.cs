using k8s.Models;

namespace Kube.Controllers;

/// <summary>Reads tolerations (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/).</summary>
internal static class Tolerations
{
    /// <summary>Whether a toleration covers a taint; without a key it covers every one.</summary>
    public static bool Tolerates(this V1Toleration toleration, V1Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key)
            ? toleration.OperatorProperty == "Exists"
            : toleration.Key == taint.Key && (toleration.OperatorProperty == "Exists" || (toleration.Value ?? "") == (taint.Value ?? "")));
}
