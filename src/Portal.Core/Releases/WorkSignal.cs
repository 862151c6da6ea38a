namespace Portal.Core.Releases;

/// <summary>Wakes the workers of this process. Only a hint: what there is to do stands in the database, and workers look there by themselves too.</summary>
internal sealed class WorkSignal
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next <see cref="Raise"/>. Take it before looking for work, so that no signal falls between.</summary>
    public Task Next => _next.Task;

    public void Raise() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
