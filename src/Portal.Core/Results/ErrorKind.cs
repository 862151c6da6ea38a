namespace Portal.Core.Results;

/// <summary>The closed set of ways in which a use case can refuse or fail. Anything else is a defect and travels as an exception.</summary>
public enum ErrorKind
{
    /// <summary>The object does not exist, or belongs to a tenant the actor is not a member of: both answer alike.</summary>
    NotFound,

    /// <summary>The actor can see the object but its role lacks the right.</summary>
    Forbidden,

    /// <summary>The input breaks a rule; <see cref="Error.Fields"/> names every fault.</summary>
    Invalid,

    /// <summary>The input is fine but the present state refuses it: a name taken, a stale plan, a concurrent change.</summary>
    Conflict,

    /// <summary>The team's quota does not allow it.</summary>
    QuotaExceeded,

    /// <summary>A dependency (database, Kubernetes API) does not answer now; trying again later may work.</summary>
    Unavailable,
}
