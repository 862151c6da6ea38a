namespace Kube.Node.Pods;

/// <summary>Always, OnFailure and Never.</summary>
internal static class RestartPolicies
{
    public static bool Restarts(string policy, int exitCode) => policy switch
    {
        "Never" => false,
        "OnFailure" => exitCode != 0,
        _ => true,
    };
}
