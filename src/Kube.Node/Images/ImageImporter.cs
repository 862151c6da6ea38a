using System.Text.RegularExpressions;
using Kube.Node.Runtime;
using Microsoft.Extensions.Logging;

namespace Kube.Node.Images;

/// <summary>
/// Imports every <c>*.tar</c> that appears in the import directory. The one who puts it there (by rename, so it is whole) waits for
/// <c>&lt;file&gt;.imported</c>, which lists the image names, or <c>&lt;file&gt;.failed</c>, which holds the reason; the archive itself is
/// removed after a success.
/// </summary>
internal sealed partial class ImageImporter(string directory, Containerd containerd, TimeProvider time, ILogger logger)
{
    // inotify tells at once; the period only covers a lost event.
    private static readonly TimeSpan Scan = TimeSpan.FromSeconds(5);

    /// <summary>Runs until cancelled; <paramref name="imported"/> is called after each success.</summary>
    public async Task RunAsync(Action imported, CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        using var wake = new SemaphoreSlim(0);
        using var watcher = new FileSystemWatcher(directory, "*.tar") { NotifyFilter = NotifyFilters.FileName };
        watcher.Created += (_, _) => wake.Release();
        watcher.Renamed += (_, _) => wake.Release();
        watcher.EnableRaisingEvents = true;
        while (!ct.IsCancellationRequested)
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.tar").Order(StringComparer.Ordinal).ToList())
            {
                if (await ImportAsync(file, ct).ConfigureAwait(false))
                    imported();
            }

            using var period = new CancellationTokenSource(Scan, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, period.Token);
            await wake.WaitAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> ImportAsync(string file, CancellationToken ct)
    {
        var failed = file + ".failed";
        // A failed archive is tried again only once it has been replaced.
        if (File.Exists(failed) && File.GetLastWriteTimeUtc(failed) >= File.GetLastWriteTimeUtc(file))
            return false;
        var result = await containerd.ImportAsync(file, ct).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            var reason = Reason(result.Error);
            Log.ImportFailed(logger, file, reason);
            await WriteMarkerAsync(failed, reason, ct).ConfigureAwait(false);
            return false;
        }

        // "unpacking localhost/portal/hello:1 (sha256:...)...done"
        var names = string.Join('\n', Unpacked().Matches(result.Output).Select(m => m.Groups[1].Value));
        Log.Imported(logger, names.Replace('\n', ' '), file);
        File.Delete(failed);
        File.Delete(file);
        await WriteMarkerAsync(file + ".imported", names, ct).ConfigureAwait(false);
        return true;
    }

    // The tool's own words after "ctr: "; its last line is the cause.
    private static string Reason(string error)
    {
        var line = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no reason given";
        return line.StartsWith("ctr: ", StringComparison.Ordinal) ? line[5..] : line;
    }

    private static async Task WriteMarkerAsync(string path, string text, CancellationToken ct)
    {
        await File.WriteAllTextAsync(path + "~", text + "\n", ct).ConfigureAwait(false);
        File.Move(path + "~", path, overwrite: true);
    }

    [GeneratedRegex("unpacking (\\S+) \\(")]
    private static partial Regex Unpacked();
}
