namespace Kube.ApiServer.Admission;

/// <summary>Looks at every write before it is validated; changes it, lets it pass, or throws a Forbidden status.</summary>
internal interface IAdmission
{
    /// <summary>Admits a write.</summary>
    void Admit(AdmissionRequest request);
}
