namespace Portal.Core.Deliveries;

/// <summary>Takes deliveries in. The signature is the only credential.</summary>
public interface IDeliveryReceiver
{
    /// <summary>The largest body that is read, in bytes.</summary>
    int MaxBytes { get; }

    /// <summary>Verifies and stores a delivery; what it asks for is done by a worker. Repeats yield the first verdict.</summary>
    Task<DeliveryVerdict> ReceiveAsync(IncomingDelivery delivery, CancellationToken cancellationToken);
}
