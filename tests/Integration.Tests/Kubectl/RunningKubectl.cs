using System.Diagnostics;
using System.Text;
using Testing;

namespace Integration.Tests.Kubectl;

/// <summary>A kubectl that keeps running: a watch, a proxy.</summary>
internal sealed class RunningKubectl : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private RunningKubectl(Process process)
    {
        _process = process;
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything it has said.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static RunningKubectl Start(string kubeconfig, string cache, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("kubectl") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add($"--kubeconfig={kubeconfig}");
        start.ArgumentList.Add($"--cache-dir={cache}");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new RunningKubectl(Process.Start(start)!);
    }

    /// <summary>Waits until it has said something.</summary>
    public Task SaysAsync(string text) =>
        Eventually.Async($"kubectl says \"{text}\"", () => Task.FromResult(Output), said => said.Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Add(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }
}
