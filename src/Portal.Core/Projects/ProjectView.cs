namespace Portal.Core.Projects;

/// <summary>A project of a team.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Team">The team's name.</param>
/// <param name="Name">The name in the team: lower-case letters, digits and hyphens, at most 30.</param>
/// <param name="Environments">How many environments.</param>
/// <param name="Apps">How many apps over all environments.</param>
/// <param name="Deleting">Whether it is being deleted.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record ProjectView(Guid Id, string Team, string Name, int Environments, int Apps, bool Deleting, DateTimeOffset CreatedAt);
