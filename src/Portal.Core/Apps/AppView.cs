namespace Portal.Core.Apps;

/// <summary>An app in one environment, as stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Team">The team's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Environment">The environment's name.</param>
/// <param name="Name">Its name in the environment.</param>
/// <param name="Image">The image of the newest release.</param>
/// <param name="Release">The number of the newest release.</param>
/// <param name="Replicas">Instances asked for, over all processes.</param>
/// <param name="Host">The default host name it answers at.</param>
/// <param name="Url">The address to open it at, scheme and port included.</param>
/// <param name="Domains">Further host names.</param>
/// <param name="Secrets">Names of the secrets that have a value, with the newest version.</param>
/// <param name="Declaration">The declaration of the newest release.</param>
/// <param name="Deleting">Whether it is being deleted.</param>
/// <param name="CreatedAt">When it was created.</param>
public sealed record AppView(
    Guid Id, string Team, string Project, string Environment, string Name, string Image, int Release, int Replicas, string Host, string Url,
    IReadOnlyList<string> Domains, IReadOnlyList<SecretView> Secrets, AppDeclaration Declaration, bool Deleting, DateTimeOffset CreatedAt);
