namespace Portal.Core.Members;

/// <summary>One cell of <see cref="RoleTable"/>.</summary>
public enum Grant
{
    /// <summary>Denied.</summary>
    No,

    /// <summary>Allowed everywhere in the scope.</summary>
    Yes,

    /// <summary>Allowed except in protected environments.</summary>
    NotProtected,
}
