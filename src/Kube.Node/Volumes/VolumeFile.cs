namespace Kube.Node.Volumes;

/// <summary>A file of a secret, configMap, downwardAPI or projected volume.</summary>
internal sealed record VolumeFile(byte[] Content, int Mode);
