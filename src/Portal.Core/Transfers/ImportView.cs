namespace Portal.Core.Transfers;

/// <summary>What an import does or did.</summary>
/// <param name="Id">Names the plan when it is carried out; covers the file, the values given and what is here now.</param>
/// <param name="Project">The project's name here.</param>
/// <param name="Changes">Everything the file names, in the order it is made.</param>
public sealed record ImportView(string Id, string Project, IReadOnlyList<ImportChange> Changes);
