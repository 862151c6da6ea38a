namespace Kube.ApiServer.Admission.PodSecurity;

/// <summary>One rule a pod breaks.</summary>
/// <param name="Reason">The rule, as <c>privileged</c>.</param>
/// <param name="Detail">Who breaks it and how, as <c>container "c" must not set securityContext.privileged=true</c>.</param>
internal sealed record Violation(string Reason, string Detail)
{
    public override string ToString() => Detail.Length == 0 ? Reason : $"{Reason} ({Detail})";
}
