namespace Kube.ApiServer.Admission;

/// <summary>What is being done to an object.</summary>
internal enum AdmissionOperation
{
    /// <summary>It is new.</summary>
    Create,

    /// <summary>It changes.</summary>
    Update,

    /// <summary>It goes.</summary>
    Delete,
}
