using System.Text;

namespace Kube.Node.Runtime;

/// <summary>Writes containerd's config.toml for one node: everything that is global by default is moved below the node's directory.</summary>
internal static class ContainerdConfiguration
{
    /// <summary>The configuration text.</summary>
    /// <param name="paths">The agent's directories.</param>
    /// <param name="options">CNI and registry directories.</param>
    /// <param name="maySetOomScore">Whether the machine grants CAP_SYS_RESOURCE; without it runc fails each pod with a misleading error unless scores are restricted.</param>
    public static string Create(NodePaths paths, NodeOptions options, bool maySetOomScore)
    {
        var text = new StringBuilder();
        text.Append("version = 2\n");
        text.Append($"root = {Quote(Path.Combine(paths.Containerd, "root"))}\n");
        text.Append($"state = {Quote(Path.Combine(paths.Containerd, "state"))}\n");
        text.Append("disabled_plugins = [\"io.containerd.internal.v1.tracing\", \"io.containerd.tracing.processor.v1.otlp\", \"io.containerd.snapshotter.v1.btrfs\", \"io.containerd.snapshotter.v1.zfs\", \"io.containerd.snapshotter.v1.aufs\", \"io.containerd.snapshotter.v1.devmapper\"]\n");
        text.Append("[grpc]\n");
        text.Append($"  address = {Quote(paths.ContainerdSocket)}\n");
        text.Append("[ttrpc]\n");
        text.Append($"  address = {Quote(paths.ContainerdSocket + ".ttrpc")}\n");
        text.Append("[plugins.\"io.containerd.internal.v1.opt\"]\n");
        text.Append($"  path = {Quote(Path.Combine(paths.Containerd, "opt"))}\n");
        text.Append("[plugins.\"io.containerd.grpc.v1.cri\"]\n");
        text.Append($"  sandbox_image = {Quote(PauseImage.Name)}\n");
        text.Append("  netns_mounts_under_state_dir = true\n");
        text.Append("  stream_server_address = \"127.0.0.1\"\n");
        text.Append("  stream_server_port = \"0\"\n");
        text.Append($"  restrict_oom_score_adj = {(maySetOomScore ? "false" : "true")}\n");
        text.Append("  [plugins.\"io.containerd.grpc.v1.cri\".cni]\n");
        // 1.6 takes one directory; a further one would need links below the agent's own.
        text.Append($"    bin_dir = {Quote(options.CniBinDirs[0])}\n");
        text.Append($"    conf_dir = {Quote(options.CniConfDir)}\n");
        text.Append("    max_conf_num = 1\n");
        text.Append("  [plugins.\"io.containerd.grpc.v1.cri\".registry]\n");
        text.Append($"    config_path = {Quote(options.RegistryConfigDir ?? paths.Registries)}\n");
        text.Append("  [plugins.\"io.containerd.grpc.v1.cri\".containerd]\n");
        text.Append("    default_runtime_name = \"runc\"\n");
        text.Append("    [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]\n");
        text.Append("      runtime_type = \"io.containerd.runc.v2\"\n");
        text.Append("      [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n");
        text.Append("        SystemdCgroup = false\n");
        text.Append($"        Root = {Quote(Path.Combine(paths.Containerd, "runc"))}\n");
        return text.ToString();
    }

    private static string Quote(string value) => "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
