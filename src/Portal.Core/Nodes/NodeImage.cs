namespace Portal.Core.Nodes;

/// <summary>An image that lies on a node.</summary>
/// <param name="Name">The name people know it by; the digest when it has none.</param>
/// <param name="Bytes">Its size on the disk.</param>
public sealed record NodeImage(string Name, long Bytes);
