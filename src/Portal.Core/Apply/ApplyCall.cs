using k8s;
using k8s.Models;

namespace Portal.Core.Apply;

/// <summary>One server-side apply.</summary>
internal sealed record ApplyCall(IKubernetes Client, string Namespace, string Name, V1Patch Patch, string? DryRun, string Manager, CancellationToken Cancel);
