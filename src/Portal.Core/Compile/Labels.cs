namespace Portal.Core.Compile;

/// <summary>The labels and annotations by which the portal knows its objects.</summary>
internal static class Labels
{
    public const string Team = "portal/team";
    public const string Project = "portal/project";
    public const string Environment = "portal/environment";
    public const string App = "portal/app";
    public const string Process = "portal/process";
    public const string Release = "portal/release";
    public const string Task = "portal/task";
    public const string Author = "portal/author";
    public const string Volume = "portal/volume";
    public const string ConfigHash = "portal/config-hash";
    public const string Name = "app.kubernetes.io/name";
    public const string Instance = "app.kubernetes.io/instance";
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Portal = "portal";

    /// <summary>The pod security level the cluster holds a namespace's pods to, whoever makes them.</summary>
    public const string EnforcedSecurity = "pod-security.kubernetes.io/enforce";

    /// <summary>The level whose violations the cluster warns of.</summary>
    public const string AdvisedSecurity = "pod-security.kubernetes.io/warn";

    /// <summary>Selects everything the portal made.</summary>
    public const string ManagedSelector = ManagedBy + "=" + Portal;

    /// <summary>Selects everything of one app within its namespace.</summary>
    public static string AppSelector(string app) => $"{ManagedSelector},{App}={app}";

    /// <summary>Selects what follows from the app's release: everything but its one-off tasks.</summary>
    public static string ReleaseSelector(string app) => $"{AppSelector(app)},!{Task}";

    /// <summary>Selects the one-off tasks of an app.</summary>
    public static string TaskSelector(string app) => $"{AppSelector(app)},{Task}";
}
