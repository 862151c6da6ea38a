namespace Kube.Machinery.Schema;

/// <summary>What a field must hold.</summary>
public sealed record FieldRule
{
    /// <summary>Anything of its type, or nothing.</summary>
    public static FieldRule None { get; } = new();

    /// <summary>The API's documents call the field required.</summary>
    public bool Required { get; init; }

    /// <summary>A document without it, or with an empty value, is invalid.</summary>
    public bool Enforced { get; init; }

    /// <summary>The values a text may have; empty for any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
