using System.Collections.Immutable;
using System.Threading.Channels;
using Portal.Core.Apps;
using Portal.Core.Members;
using Portal.Core.Nodes;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeNodes : INodes
{
    private readonly Channel<IReadOnlyList<NodeView>> _live = Channel.CreateUnbounded<IReadOnlyList<NodeView>>();

    public List<NodeView> All { get; } = [];
    public List<NodePod> Pods { get; } = [];
    public List<string> Calls { get; } = [];
    public Error? Refusal { get; set; }

    public static NodeView View(string name = "node-1", NodeState state = NodeState.Ready, bool cordoned = false, NodeDrain? drain = null) => new(
        name, state, state == NodeState.Ready ? "" : "Its agent was not heard of for too long.", cordoned, drain, "10.0.0.1", "v1.32.0+portal-0.1.0", "Debian 12, 6.1, containerd://1.7", 4000, 8L << 30, 110, 1500, 2L << 30, 7, 350, 1L << 30,
        [new("Ready", "True", "KubeletReady", "the node runs pods", false, Place.Now), new("MemoryPressure", "False", "SufficientMemory", "", false, Place.Now)],
        ImmutableSortedDictionary<string, string>.Empty.Add("kubernetes.io/os", "linux"), [new("example.com/gpu", "", "NoSchedule")], Place.Now.AddDays(-9));

    /// <summary>Ends the stream, as a lost connection does.</summary>
    public void Break() => _live.Writer.TryComplete();

    public Task<Result<IReadOnlyList<NodeView>>> ListAsync(Actor actor, CancellationToken cancellationToken) => Task.FromResult(Refusal is not null ? Refusal : Result<IReadOnlyList<NodeView>>.Ok([.. All]));

    public Task<Result<IAsyncEnumerable<IReadOnlyList<NodeView>>>> WatchAsync(Actor actor, CancellationToken cancellationToken)
    {
        _live.Writer.TryWrite([.. All]);
        return Task.FromResult(Result<IAsyncEnumerable<IReadOnlyList<NodeView>>>.Ok(_live.Reader.ReadAllAsync(cancellationToken)));
    }

    public Task<Result<NodeDetail>> GetAsync(Actor actor, string node, CancellationToken cancellationToken) => Task.FromResult<Result<NodeDetail>>(
        All.Find(view => view.Name == node) is { } found ? new NodeDetail(found, [.. Pods], [new("localhost/portal/hello:1", 4 << 20)]) : Error.NotFound("node"));

    public Task<Result<NodeInvitation>> InviteAsync(Actor actor, TimeSpan lifetime, CancellationToken cancellationToken) =>
        Task.FromResult<Result<NodeInvitation>>(new NodeInvitation(new Sensitive("portal agent --server https://10.0.0.1:6443 --token abcdef.0123456789abcdef:hash"), Place.Now + lifetime));

    public Task<Result<Unit>> LabelAsync(Actor actor, string node, string key, string? value, CancellationToken cancellationToken) => Done($"label {node} {key}={value ?? "nothing"}");

    public Task<Result<Unit>> TaintAsync(Actor actor, string node, NodeTaint taint, bool remove, CancellationToken cancellationToken) => Done($"{(remove ? "untaint" : "taint")} {node} {taint.Key}:{taint.Effect}");

    public Task<Result<Unit>> CordonAsync(Actor actor, string node, bool cordoned, CancellationToken cancellationToken) => Done($"{(cordoned ? "cordon" : "uncordon")} {node}");

    public Task<Result<Unit>> DrainAsync(Actor actor, string node, CancellationToken cancellationToken) => Done($"drain {node}");

    public Task<Result<Unit>> RemoveAsync(Actor actor, string node, CancellationToken cancellationToken) => Done($"remove {node}");

    private Task<Result<Unit>> Done(string call)
    {
        Calls.Add(call);
        return Task.FromResult<Result<Unit>>(Refusal is not null ? Refusal : Unit.Value);
    }
}
