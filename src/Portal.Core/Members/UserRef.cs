namespace Portal.Core.Members;

/// <summary>An account as members know it.</summary>
/// <param name="Id">The account's id.</param>
/// <param name="Email">The account's address as registered.</param>
public sealed record UserRef(Guid Id, string Email);
