namespace Portal.Core.Plan;

/// <summary>What a plan does to an object.</summary>
public enum ChangeKind
{
    /// <summary>It does not exist yet.</summary>
    Create,

    /// <summary>Fields differ.</summary>
    Update,

    /// <summary>The declaration no longer yields it.</summary>
    Delete,

    /// <summary>Nothing differs.</summary>
    None,
}
