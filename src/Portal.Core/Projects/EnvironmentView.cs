using Portal.Core.Clusters;

namespace Portal.Core.Projects;

/// <summary>An environment of a project.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Team">The team's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Name">The name in the project: lower-case letters, digits and hyphens, at most 20.</param>
/// <param name="Protected">Whether the stricter columns of the role table apply.</param>
/// <param name="Namespace">The Kubernetes namespace, stamped by the server and never changed.</param>
/// <param name="Apps">How many apps.</param>
/// <param name="Deleting">Whether it is being deleted.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record EnvironmentView(
    Guid Id, string Team, string Project, string Name, bool Protected, string Namespace, int Apps, bool Deleting, DateTimeOffset CreatedAt)
{
    /// <summary>Whether a change waits for another person's approval.</summary>
    public bool Approvals { get; init; }

    /// <summary>The cluster it targets, chosen when it was made; null for the embedded engine.</summary>
    public TargetView? Cluster { get; init; }

    /// <summary>For a preview, the branch or pull request it shows; null for an environment that stays.</summary>
    public string? Preview { get; init; }

    /// <summary>For a preview, when it goes.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
