using Portal.Core.Members;

namespace Portal.Core.Projects;

/// <summary>Finds the environment behind a Kubernetes namespace, for requests that name the namespace only.</summary>
public interface INamespaces
{
    /// <summary>The environment whose namespace this is, when the actor is a member of its team; else null, exactly as for a namespace that does not exist.</summary>
    Task<ScopeRef?> FindAsync(Actor actor, string name, CancellationToken cancellationToken);
}
