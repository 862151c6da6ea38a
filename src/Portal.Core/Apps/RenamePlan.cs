using System.Collections.Immutable;

namespace Portal.Core.Apps;

/// <summary>What renaming an app does.</summary>
/// <param name="From">The name it has.</param>
/// <param name="To">The name it gets.</param>
/// <param name="Release">The number of the release that records it.</param>
/// <param name="Addresses">Where it goes on answering: its default address, which keeps the first name, and its own domains.</param>
/// <param name="Volumes">Volumes that stay, with their claims.</param>
/// <param name="Gone">Addresses that lead nowhere afterwards: the app's page in the console and its path in REST.</param>
public sealed record RenamePlan(string From, string To, int Release, ImmutableArray<string> Addresses, ImmutableArray<string> Volumes, ImmutableArray<string> Gone);
