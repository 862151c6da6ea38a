namespace Portal.Core.Members;

/// <summary>A member of a team.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Email">The account's address when it was added.</param>
/// <param name="Role">The role in the team.</param>
/// <param name="Since">When the membership began.</param>
public sealed record MemberView(Guid UserId, string Email, Role Role, DateTimeOffset Since);
