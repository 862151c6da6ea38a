using System.Collections.Immutable;
using Portal.Core.Apps;
using Portal.Core.Clusters;
using Portal.Core.Members;
using Portal.Core.Results;

namespace Portal.Web.Tests.Doubles;

internal sealed class FakeClusters : IClusters
{
    public List<ClusterView> All { get; } = [];
    public List<string> Calls { get; } = [];
    public Error? Refusal { get; set; }

    public static ClusterView View(string name, string? team = null, ClusterState state = ClusterState.Connected, params ImmutableArray<string> environments) => new(
        Guid.NewGuid(), name, team, "https://far.example.com:6443", state, "v1.34.1", state == ClusterState.Unreachable ? "It does not answer." : "", state == ClusterState.Limited ? ["create deployments.apps"] : [],
        [new("Node pages", "They show the nodes of the embedded engine alone, since those are the portal's to drain and remove.")], environments, null, Place.Now, Place.Now.AddMinutes(-1), Place.Now.AddDays(-3));

    public Task<Result<IReadOnlyList<ClusterView>>> ListAsync(Actor actor, string? team, CancellationToken cancellationToken) => Task.FromResult(Result<IReadOnlyList<ClusterView>>.Ok([.. All]));

    public Task<Result<ClusterView>> GetAsync(Actor actor, string? team, string name, CancellationToken cancellationToken) => Task.FromResult<Result<ClusterView>>(Find(name) is { } found ? found : Error.NotFound("cluster"));

    public Task<Result<ClusterView>> AddAsync(Actor actor, string? team, ClusterDraft draft, CancellationToken cancellationToken)
    {
        if (Refusal is null) All.Add(View(draft.Name, team));
        return Done($"add {draft.Name} {draft.Context}", draft.Name);
    }

    public Task<Result<ClusterView>> ReplaceAsync(Actor actor, string? team, string name, Sensitive kubeconfig, string? context, CancellationToken cancellationToken) => Done($"replace {name} {kubeconfig.Reveal()}", name);

    public Task<Result<ClusterView>> RenameAsync(Actor actor, string? team, string name, string newName, CancellationToken cancellationToken)
    {
        All[All.FindIndex(view => view.Name == name)] = Find(name)! with { Name = newName };
        return Done($"rename {name} {newName}", newName);
    }

    public Task<Result<ClusterView>> CheckAsync(Actor actor, string? team, string name, CancellationToken cancellationToken) => Done($"check {name}", name);

    public Task<Result<Unit>> RemoveAsync(Actor actor, string? team, string name, CancellationToken cancellationToken)
    {
        Calls.Add($"remove {name}");
        return Task.FromResult<Result<Unit>>(Refusal is not null ? Refusal : Unit.Value);
    }

    private ClusterView? Find(string name) => All.Find(view => view.Name == name);

    private Task<Result<ClusterView>> Done(string call, string name)
    {
        Calls.Add(call);
        return Task.FromResult<Result<ClusterView>>(Refusal is not null ? Refusal : Find(name)!);
    }
}
