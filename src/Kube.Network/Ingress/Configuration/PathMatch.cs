namespace Kube.Network.Ingress.Configuration;

/// <summary>How a rule's path meets a request's.</summary>
internal enum PathMatch
{
    /// <summary>Equal, case counts.</summary>
    Exact,

    /// <summary>Equal element by element for as many elements as the rule has.</summary>
    Prefix,
}
