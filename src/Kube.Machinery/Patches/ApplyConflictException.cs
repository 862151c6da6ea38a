namespace Kube.Machinery.Patches;

/// <summary>An apply without force would take fields from other managers.</summary>
/// <param name="conflicts">Each field in conflict.</param>
public sealed class ApplyConflictException(IReadOnlyList<FieldConflict> conflicts) : Exception(Describe(conflicts))
{
    /// <summary>Each field in conflict.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; } = conflicts;

    /// <summary>One manager as messages name it.</summary>
    public static string Name(FieldConflict conflict) =>
        $"\"{conflict.Manager}\"{(conflict.Subresource.Length > 0 ? $" with subresource \"{conflict.Subresource}\"" : "")} using {conflict.ApiVersion}";

    private static string Describe(IReadOnlyList<FieldConflict> conflicts)
    {
        if (conflicts.Count == 1)
            return $"Apply failed with 1 conflict: conflict with {Name(conflicts[0])}: {conflicts[0].Field}";
        var managers = conflicts.GroupBy(Name).Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => $"- {c.Field}"))}");
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', managers)}";
    }
}
