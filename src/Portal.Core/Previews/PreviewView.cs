namespace Portal.Core.Previews;

/// <summary>A preview: an environment made from another one for a branch or a pull request, which goes by itself.</summary>
/// <param name="Key">The branch or pull request it shows, as whoever made it names it.</param>
/// <param name="Environment">The name of its environment in the project.</param>
/// <param name="From">The name of the environment it was made from.</param>
/// <param name="ExpiresAt">When it goes.</param>
/// <param name="Deleting">Whether it is going.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Urls">By app, where it answers.</param>
public sealed record PreviewView(
    string Key, string Environment, string From, DateTimeOffset ExpiresAt, bool Deleting, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, string> Urls);
