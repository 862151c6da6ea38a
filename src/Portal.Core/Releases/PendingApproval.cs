namespace Portal.Core.Releases;

/// <summary>A release that waits for approval.</summary>
/// <param name="App">The app's name.</param>
/// <param name="Holds">The number of the release that holds meanwhile, to compare with; 0 when the app is new.</param>
/// <param name="Mine">Whether the reader made it, and so cannot approve it.</param>
/// <param name="Release">The release.</param>
public sealed record PendingApproval(string App, int Holds, bool Mine, ReleaseView Release);
