namespace Kube.Machinery.Metadata;

/// <summary>A resource without its version, as error messages name it: <c>deployments.apps</c>, or <c>pods</c> of the core group.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Plural, lower case.</param>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <inheritdoc/>
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}
