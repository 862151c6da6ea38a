namespace Portal.Core.Apps;

/// <summary>An app that a search found, by the names that lead to it.</summary>
/// <param name="Team">The team's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Environment">The environment's name.</param>
/// <param name="App">The app's name.</param>
public sealed record AppHit(string Team, string Project, string Environment, string App);
