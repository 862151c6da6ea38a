namespace Portal.Host.Instance;

/// <summary>The layout of one instance's data directory (DESIGN.md section 7). Paths only; nothing is created by asking for one.</summary>
/// <param name="Root">Absolute path of the directory.</param>
internal sealed record DataDirectory(string Root)
{
    /// <summary>Certificates and keys of the cluster.</summary>
    public string Pki => Path.Combine(Root, "pki");

    /// <summary>Kubeconfig files of the components.</summary>
    public string Kubeconfigs => Path.Combine(Root, "kubeconfig");

    /// <summary>Keys that encrypt what is stored in PostgreSQL.</summary>
    public string Keys => Path.Combine(Root, "keys");

    /// <summary>Pid files, the progress of a start and the ready marker.</summary>
    public string Run => Path.Combine(Root, "run");

    /// <summary>Log files of the processes.</summary>
    public string Log => Path.Combine(Root, "log");

    /// <summary>The private PostgreSQL cluster.</summary>
    public string Postgres => Path.Combine(Root, "postgres");

    /// <summary>Everything the node agent keeps.</summary>
    public string Agent => Path.Combine(Root, "agent");

    /// <summary>The administrator's kubeconfig.</summary>
    public string AdminKubeconfig => Path.Combine(Root, "admin.kubeconfig");

    /// <summary>The one-time set-up code, until it is used.</summary>
    public string SetupCode => Path.Combine(Root, "setup-code");

    /// <summary>The instance's fixed settings.</summary>
    public string InstanceFile => Path.Combine(Root, "instance.json");

    /// <summary>Optional settings of the operator.</summary>
    public string SettingsFile => Path.Combine(Root, "portal.json");

    /// <summary>Exists while every part of the instance is Ready.</summary>
    public string ReadyMarker => Path.Combine(Run, "ready");

    /// <summary>The default: <c>/var/lib/portal</c> for root, <c>~/.local/share/portal</c> otherwise.</summary>
    public static string DefaultRoot => Environment.IsPrivilegedProcess
        ? "/var/lib/portal"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share/portal");

    /// <summary>The kubeconfig of a component, for instance <c>scheduler</c>.</summary>
    public string Kubeconfig(string component) => Path.Combine(Kubeconfigs, component + ".kubeconfig");

    /// <summary>The pid file of a process, for instance <c>up</c>.</summary>
    public string PidFile(string process) => Path.Combine(Run, process + ".pid");

    /// <summary>Makes the directories; the root may be traversed (PostgreSQL runs under another account), all else is the owner's.</summary>
    public void Create()
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(Root);
        File.SetUnixFileMode(Root, ownerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (var directory in new[] { Pki, Kubeconfigs, Keys, Run, Log, Agent })
        {
            Directory.CreateDirectory(directory, ownerOnly);
            File.SetUnixFileMode(directory, ownerOnly);
        }
    }
}
