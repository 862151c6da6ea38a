namespace Portal.Core.Deliveries;

/// <summary>What became of a delivery.</summary>
public enum DeliveryState
{
    /// <summary>Stored and acknowledged; the worker has not come to it yet.</summary>
    Pending,

    /// <summary>It made a release.</summary>
    Released,

    /// <summary>It was understood and asks for nothing; the reason says why.</summary>
    Ignored,

    /// <summary>It could not be carried out; the reason says why.</summary>
    Failed,
}
