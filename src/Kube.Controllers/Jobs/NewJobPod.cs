namespace Kube.Controllers.Jobs;

/// <summary>A pod a job needs.</summary>
/// <param name="Index">Its completion index; null in a job without.</param>
/// <param name="Failures">Failures at the index before; null where they are not counted for each index.</param>
internal sealed record NewJobPod(int? Index, IndexFailures? Failures);
