namespace Kube.ApiServer.Authentication;

/// <summary>A certificate request that will not be signed.</summary>
/// <param name="message">Why, for whoever asked.</param>
internal sealed class CertificateRefusedException(string message) : Exception(message);
