using Microsoft.Extensions.Logging;

namespace Kube.ApiServer;

/// <summary>What the HTTP half of the API server logs. Event ids 2100 to 2199.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "A client certificate was refused: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string reason);

    [LoggerMessage(2101, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(2102, LogLevel.Information, "Signed a {Signer} certificate for {User} asked for by {Requestor} in request {Name}")]
    public static partial void CertificateSigned(ILogger logger, string signer, string user, string requestor, string name);

    [LoggerMessage(2104, LogLevel.Error, "The certificate signer failed and starts over")]
    public static partial void SignerFailed(ILogger logger, Exception exception);

    [LoggerMessage(2103, LogLevel.Warning, "Certificate request {Name} of {Requestor} was denied: {Reason}")]
    public static partial void CertificateDenied(ILogger logger, string name, string requestor, string reason);

    [LoggerMessage(2105, LogLevel.Information, "{User} may no longer {Verb} {Resource}: the open answer was ended")]
    public static partial void GrantEnded(ILogger logger, string user, string verb, string resource);

    [LoggerMessage(2106, LogLevel.Warning, "Whether {User} may go on reading could not be asked; it is asked again")]
    public static partial void GrantUnknown(ILogger logger, string user, Exception exception);
}
