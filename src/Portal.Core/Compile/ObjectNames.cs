using Portal.Core.Apps;

namespace Portal.Core.Compile;

/// <summary>The names of an app's objects in its environment's namespace.</summary>
internal static class ObjectNames
{
    public static string Process(string app, string process) => $"{app}-{process}";

    /// <summary>The service of a process: the web process answers under the app's own name.</summary>
    public static string Service(string app, string process) => process == "web" ? app : Process(app, process);

    public static string Config(string app, string digest) => $"{app}-env-{digest}";

    public static string Secret(string app, string digest) => $"{app}-secrets-{digest}";

    /// <summary>The second set of web instances during a rollout, its service and its share of the traffic.</summary>
    public static string Candidate(string app) => $"{app}-web-next";

    /// <summary>The job of a release's command.</summary>
    public static string ReleaseCommand(string app, int release) => $"{app}-release-{Names.Number(release)}";

    /// <summary>The job of a one-off task.</summary>
    public static string Task(string app, string digits) => $"{app}-task-{digits}";

    /// <summary>The Secret with the certificate of a domain.</summary>
    public static string Certificate(string app, string digest) => $"{app}-tls-{digest}";

    /// <summary>The claim of a volume: stamped once and kept over everything that happens to the app.</summary>
    public static string Claim(string app, string volume, string digits) => $"{app}-{volume}-{digits}";

    /// <summary>Every name an app can claim; two apps of one environment must not share any.</summary>
    public static IEnumerable<string> Of(string app, IEnumerable<string> processes) => processes.Select(process => Process(app, process)).Prepend(app).Append(Candidate(app));
}
