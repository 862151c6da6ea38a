using System.Globalization;
using Portal.Core.Apps;
using Portal.Core.Results;

namespace Portal.Web.Pages.Apps;

/// <summary>One process as the form has it: text, so that a wrong number stays visible and can be corrected.</summary>
public sealed class ProcessForm
{
    private ProcessSpec _spec = new();

    public string Name { get; set; } = "";
    public string Port { get; set; } = "";
    public string Replicas { get; set; } = "1";
    public string Size { get; set; } = SizeTable.Default;
    public string HealthPath { get; set; } = "";
    public string Command { get; set; } = "";
    public string Args { get; set; } = "";

    public static ProcessForm From(string name, ProcessSpec spec) => new()
    {
        _spec = spec,
        Name = name,
        Port = spec.Port?.ToString(CultureInfo.InvariantCulture) ?? "",
        Replicas = spec.Replicas?.ToString(CultureInfo.InvariantCulture) ?? (spec.Autoscale is null && !spec.IsCron ? "1" : ""),
        Size = spec.Size ?? SizeTable.Default,
        HealthPath = spec.Health?.Path ?? "",
        Command = CommandLine.Join(spec.Command),
        Args = CommandLine.Join(spec.Args),
    };

    /// <summary>Takes over, from the same process as it is stored, what the form has no field for.</summary>
    public ProcessForm Onto(ProcessForm? known)
    {
        _spec = known?._spec ?? _spec;
        return this;
    }

    public ProcessSpec ToSpec() => _spec with
    {
        Port = Number(Port),
        // What was left out stays left out as long as nobody says something else.
        Replicas = _spec.Replicas is null && Replicas.Trim() is "" or "1" ? null : Number(Replicas),
        Size = _spec.Size is null && Size == SizeTable.Default ? null : Size,
        Health = HealthPath.Trim() is { Length: > 0 } path ? (_spec.Health ?? new()) with { Path = path } : _spec.Health is { Path: null } other ? other : null,
        Command = [.. CommandLine.Split(Command)],
        Args = [.. CommandLine.Split(Args)],
    };

    /// <summary>What a declaration cannot even express; everything else is for the rules of the declaration.</summary>
    public IEnumerable<FieldError> Faults()
    {
        if (Port.Trim().Length > 0 && Number(Port) is null) yield return new($"spec.processes.{Name}.port", "The port is a whole number from 1 to 65535.");
        if (Replicas.Trim().Length > 0 && Number(Replicas) is null) yield return new($"spec.processes.{Name}.replicas", "The number of instances is a whole number from 0 to 100.");
    }

    private static int? Number(string text) => int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
