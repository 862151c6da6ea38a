using Microsoft.Extensions.Logging;

namespace Kube.Network;

/// <summary>Messages of the network rooms, event ids 6000-6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Information, "Pods of {Range} are reached by {Gateway}.")]
    public static partial void RouteMade(this ILogger logger, string range, string gateway);

    [LoggerMessage(6001, LogLevel.Information, "Removed the route to {Range} by {Gateway}.")]
    public static partial void RouteRemoved(this ILogger logger, string range, string gateway);

    [LoggerMessage(6002, LogLevel.Information, "Wrote the CNI configuration for {Range} to {Directory}.")]
    public static partial void CniConfigurationWritten(this ILogger logger, string range, string directory);

    [LoggerMessage(6003, LogLevel.Warning, "The pod network is not complete and will be tried again: {Reason}")]
    public static partial void PodNetworkFailed(this ILogger logger, string reason);

    [LoggerMessage(6100, LogLevel.Debug, "Service table: {Ports} service ports, {Changed} changed, {Removed} removed, {Milliseconds} ms.")]
    public static partial void ServiceTableChanged(this ILogger logger, int ports, int changed, int removed, long milliseconds);

    [LoggerMessage(6101, LogLevel.Information, "Replaced the whole service table ({Reason}): {Ports} service ports, {Milliseconds} ms.")]
    public static partial void ServiceTableReplaced(this ILogger logger, string reason, int ports, long milliseconds);

    [LoggerMessage(6102, LogLevel.Error, "The service table could not be changed and will be tried again: {Reason}")]
    public static partial void ServiceTableFailed(this ILogger logger, string reason);

    [LoggerMessage(6103, LogLevel.Debug, "UDP flows of {Service} to {Endpoint} could not be ended: {Reason}")]
    public static partial void FlowsNotEnded(this ILogger logger, string service, string endpoint, string reason);

    [LoggerMessage(6200, LogLevel.Debug, "Ingress table: {Hosts} hosts, {Backends} backends.")]
    public static partial void IngressTableChanged(this ILogger logger, int hosts, int backends);

    [LoggerMessage(6201, LogLevel.Warning, "Ingress {Ingress} claims host {Host}, which {Owner} has claimed before.")]
    public static partial void HostConflict(this ILogger logger, string ingress, string host, string owner);

    [LoggerMessage(6202, LogLevel.Warning, "Secret {Secret} holds no usable certificate: {Reason}")]
    public static partial void CertificateUnusable(this ILogger logger, string secret, string reason);

    [LoggerMessage(6203, LogLevel.Warning, "Status or event of ingress {Ingress} could not be written: {Reason}")]
    public static partial void IngressStatusFailed(this ILogger logger, string ingress, string reason);

    [LoggerMessage(6204, LogLevel.Error, "The ingress table could not be built; the last one stays: {Reason}")]
    public static partial void IngressTableFailed(this ILogger logger, string reason);

    [LoggerMessage(6205, LogLevel.Warning, "The figures of namespace {Namespace} could not be published and will be tried again: {Reason}")]
    public static partial void IngressFiguresFailed(this ILogger logger, string @namespace, string reason);

    [LoggerMessage(6300, LogLevel.Information, "DNS for {Zone} answers at {Address}.")]
    public static partial void DnsListening(this ILogger logger, string zone, string address);

    [LoggerMessage(6301, LogLevel.Warning, "DNS cannot listen at {Address} and will try again: {Reason}")]
    public static partial void DnsNotListening(this ILogger logger, string address, string reason);

    [LoggerMessage(6302, LogLevel.Debug, "DNS question not answered: {Reason}")]
    public static partial void DnsQuestionFailed(this ILogger logger, string reason);
}
