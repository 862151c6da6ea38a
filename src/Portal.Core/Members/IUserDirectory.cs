namespace Portal.Core.Members;

/// <summary>Finds accounts, which live in Portal.Identity; the host connects the two.</summary>
public interface IUserDirectory
{
    /// <summary>The account with this address (any letter case), or null.</summary>
    Task<UserRef?> FindByEmailAsync(string email, CancellationToken cancellationToken);
}
