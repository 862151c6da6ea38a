using System.Collections.Concurrent;
using System.Reflection;

namespace Integration.Tests.Pages;

/// <summary>Which use cases a circuit called, and whether one of them is still under way.</summary>
internal sealed class CalledUseCases
{
    private readonly ConcurrentQueue<string> _names = new();
    private int _running;

    /// <summary>As <c>Interface.Method</c>, in order.</summary>
    public IReadOnlyCollection<string> Names => _names;

    public bool IsRunning => Volatile.Read(ref _running) > 0;

    /// <summary>The same use cases, noted here when called.</summary>
    public T Note<T>(T inner)
        where T : class
    {
        var proxy = DispatchProxy.Create<T, Proxy>();
        ((Proxy)(object)proxy).Set(this, inner, typeof(T).Name);
        return proxy;
    }

#pragma warning disable CA1852 // DispatchProxy makes its proxies by deriving from this.
    internal class Proxy : DispatchProxy
#pragma warning restore CA1852
    {
        private static readonly MethodInfo Follow = typeof(Proxy).GetMethod(nameof(FollowAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;
        private CalledUseCases _calls = null!;
        private object _inner = null!;
        private string _name = "";

        public void Set(CalledUseCases calls, object inner, string name) => (_calls, _inner, _name) = (calls, inner, name);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            _calls._names.Enqueue($"{_name}.{targetMethod!.Name}");
            Interlocked.Increment(ref _calls._running);
            var task = (Task)targetMethod.Invoke(_inner, args)!;
            var answer = Activator.CreateInstance(typeof(TaskCompletionSource<>).MakeGenericType(targetMethod.ReturnType.GetGenericArguments()))!;
            _ = Follow.MakeGenericMethod(targetMethod.ReturnType.GetGenericArguments()).Invoke(this, [task, answer]);
            return answer.GetType().GetProperty("Task")!.GetValue(answer);
        }

        // The caller goes on, or is queued to, while the answer is set: only then is the call over.
        private async Task FollowAsync<T>(Task<T> task, TaskCompletionSource<T> answer)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            answer.SetFromTask(task);
            Interlocked.Decrement(ref _calls._running);
        }
    }
}
