namespace Portal.Core.Members;

/// <summary>A place in the tree team → project → environment → app, by names as they stand in routes. Parts are given from the left.</summary>
/// <param name="Team">The team's name.</param>
/// <param name="Project">The project's name in the team.</param>
/// <param name="Environment">The environment's name in the project.</param>
/// <param name="App">The app's name in the environment.</param>
public sealed record ScopeRef(string Team, string? Project = null, string? Environment = null, string? App = null)
{
    /// <summary>The path form, for example <c>acme/shop/production/hello</c>.</summary>
    public override string ToString() =>
        string.Join('/', new[] { Team, Project, Environment, App }.TakeWhile(part => part is not null));
}
