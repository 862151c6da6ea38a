namespace Portal.Core.Clusters;

/// <summary>An address lies where a cluster's kubeconfig must not lead.</summary>
internal sealed class AddressRefusedException(string message) : HttpRequestException(message);
