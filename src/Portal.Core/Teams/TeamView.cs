using Portal.Core.Members;

namespace Portal.Core.Teams;

/// <summary>A team as one of its members sees it.</summary>
/// <param name="Id">The tenant's id.</param>
/// <param name="Name">The name in routes: lower-case letters, digits and hyphens, at most 40.</param>
/// <param name="DisplayName">The name for people.</param>
/// <param name="Role">The asking actor's role.</param>
/// <param name="Members">How many members.</param>
/// <param name="Projects">How many projects.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record TeamView(Guid Id, string Name, string DisplayName, Role Role, int Members, int Projects, DateTimeOffset CreatedAt);
