namespace Kube.ApiServer.Registry;

/// <summary>A subresource as discovery shows it.</summary>
/// <param name="Name">Path segment.</param>
/// <param name="Group">Group of the kind exchanged.</param>
/// <param name="Version">Version of the kind exchanged.</param>
/// <param name="Kind">Kind exchanged.</param>
/// <param name="Verbs">Verbs it takes.</param>
internal sealed record Subresource(string Name, string Group, string Version, string Kind, params string[] Verbs);
