using k8s.Models;

namespace Kube.Controllers.Jobs;

/// <summary>The failures at one completion index of a job with a back-off limit for each index.</summary>
/// <param name="Count">Failures that count.</param>
/// <param name="Ignored">Failures that the pod failure policy ignores.</param>
/// <param name="Last">The pod that failed last; null when it has gone.</param>
/// <param name="Ends">A rule of the pod failure policy ends the index.</param>
internal sealed record IndexFailures(int Count, int Ignored, V1Pod? Last, bool Ends)
{
    public static readonly IndexFailures None = new(0, 0, null, false);

    /// <summary>Takes a pod of the index into account; each pod carries what the ones before it did.</summary>
    public IndexFailures With(V1Pod pod, PodFailureAction? failure)
    {
        var count = pod.Failures() + (failure is null or PodFailureAction.Ignore ? 0 : 1);
        var ignored = pod.IgnoredFailures() + (failure is PodFailureAction.Ignore ? 1 : 0);
        var later = failure is not null && (Last is null || count + ignored > Count + Ignored);
        return new IndexFailures(Math.Max(Count, count), Math.Max(Ignored, ignored), later ? pod : Last, Ends || failure is PodFailureAction.FailIndex);
    }
}
