using Portal.Core.Members;

namespace Integration.Tests.Core;

/// <summary>Accounts by address, each made when first asked for.</summary>
internal sealed class Accounts : IUserDirectory
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, UserRef> _byEmail = new(StringComparer.OrdinalIgnoreCase);

    public Actor Actor(string name)
    {
        var email = $"{name}@example.com";
        return new(_byEmail.GetOrAdd(email, _ => new(Guid.CreateVersion7(), email)).Id, email, PlatformRoles.None);
    }

    public Task<UserRef?> FindByEmailAsync(string email, CancellationToken cancellationToken) => Task.FromResult(_byEmail.GetValueOrDefault(email));
}
