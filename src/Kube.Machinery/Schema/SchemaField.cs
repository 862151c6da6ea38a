namespace Kube.Machinery.Schema;

/// <summary>A field of a structure.</summary>
/// <param name="Name">JSON name.</param>
/// <param name="Type">Type of its value.</param>
/// <param name="Merge">How patches merge it.</param>
/// <param name="Property">The model's property, where its description is found.</param>
public sealed record SchemaField(string Name, SchemaType Type, MergeRule Merge, string Property)
{
    /// <summary>What its value must be.</summary>
    public FieldRule Rule { get; init; } = FieldRule.None;
}
