namespace Portal.Core.Compile;

/// <summary>The names of an app's objects in its environment's namespace.</summary>
internal static class ObjectNames
{
    public static string Process(string app, string process) => $"{app}-{process}";

    /// <summary>The service of a process: the web process answers under the app's own name.</summary>
    public static string Service(string app, string process) => process == "web" ? app : Process(app, process);

    public static string Config(string app, string digest) => $"{app}-env-{digest}";

    public static string Secret(string app, string digest) => $"{app}-secrets-{digest}";

    /// <summary>Every name an app can claim; two apps of one environment must not share any.</summary>
    public static IEnumerable<string> Of(string app, IEnumerable<string> processes) => processes.Select(process => Process(app, process)).Prepend(app);
}
