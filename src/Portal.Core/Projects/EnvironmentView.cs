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
    Guid Id, string Team, string Project, string Name, bool Protected, string Namespace, int Apps, bool Deleting, DateTimeOffset CreatedAt);
