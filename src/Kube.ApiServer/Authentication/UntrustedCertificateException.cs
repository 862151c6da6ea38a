namespace Kube.ApiServer.Authentication;

/// <summary>A client certificate that proves nothing.</summary>
/// <param name="message">Why.</param>
internal sealed class UntrustedCertificateException(string message) : Exception(message);
