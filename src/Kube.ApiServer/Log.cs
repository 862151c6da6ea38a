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

    [LoggerMessage(2110, LogLevel.Warning, "The definitions of custom resources could not be followed; it goes on in a second")]
    public static partial void DefinitionsFailed(ILogger logger, Exception exception);

    [LoggerMessage(2103, LogLevel.Warning, "Certificate request {Name} of {Requestor} was denied: {Reason}")]
    public static partial void CertificateDenied(ILogger logger, string name, string requestor, string reason);

    [LoggerMessage(2106, LogLevel.Warning, "Filling service-account secrets failed and starts over")]
    public static partial void AccountSecretFailed(ILogger logger, Exception exception);

    [LoggerMessage(2107, LogLevel.Warning, "Writing the usage of quota {Namespace}/{Name} failed and will be tried again")]
    public static partial void QuotaStatusFailed(ILogger logger, string @namespace, string name, Exception exception);

    [LoggerMessage(2108, LogLevel.Error, "The audit log {Path} could not be written")]
    public static partial void AuditLogFailed(ILogger logger, string path, Exception exception);

    [LoggerMessage(2109, LogLevel.Warning, "The OpenID Connect provider {Issuer} cannot be asked: {Reason}")]
    public static partial void ProviderUnreachable(ILogger logger, string issuer, string reason);

    [LoggerMessage(2105, LogLevel.Warning, "Aggregating cluster roles failed and starts over")]
    public static partial void AggregationFailed(ILogger logger, Exception exception);

    [LoggerMessage(2110, LogLevel.Information, "{User} may no longer {Verb} {Resource}: the open answer was ended")]
    public static partial void GrantEnded(ILogger logger, string user, string verb, string resource);

    [LoggerMessage(2111, LogLevel.Warning, "Whether {User} may go on reading could not be asked; it is asked again")]
    public static partial void GrantUnknown(ILogger logger, string user, Exception exception);

    [LoggerMessage(2120, LogLevel.Warning, "Node {Node} is lost: {Loss}")]
    public static partial void NodeAccused(ILogger logger, string node, Kube.Machinery.Nodes.NodeLoss loss);

    [LoggerMessage(2121, LogLevel.Warning, "What was found of node {Node} could not be written and will be tried again: {Reason}")]
    public static partial void AccusationFailed(ILogger logger, string node, string reason);
}
