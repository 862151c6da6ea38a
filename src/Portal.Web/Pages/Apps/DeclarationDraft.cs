namespace Portal.Web.Pages.Apps;

/// <summary>
/// What somebody has typed into the editor and not deployed yet: what survives a lost connection and a restart of the server. With values of secrets it only ever
/// travels sealed by data protection; <see cref="WithoutSecrets"/> is what may lie in the browser's own store.
/// </summary>
public sealed class DeclarationDraft
{
    public string Name { get; set; } = "";
    public string Image { get; set; } = "";
    public List<ProcessForm> Processes { get; set; } = [];
    public List<NamedValue> Variables { get; set; } = [];
    public List<NamedValue> Secrets { get; set; } = [];
    public List<NamedValue> Domains { get; set; } = [];
    public bool YamlShown { get; set; }
    public string Yaml { get; set; } = "";

    public static DeclarationDraft Of(AppForm form, bool yamlShown, string yaml)
    {
        ArgumentNullException.ThrowIfNull(form);
        return new()
        {
            Name = form.Name,
            Image = form.Image,
            Processes = [.. form.Processes],
            Variables = [.. form.Variables],
            Secrets = [.. form.Secrets],
            Domains = [.. form.Domains],
            YamlShown = yamlShown,
            Yaml = yamlShown ? yaml : "",
        };
    }

    public DeclarationDraft WithoutSecrets() => new()
    {
        Name = Name,
        Image = Image,
        Processes = Processes,
        Variables = Variables,
        Secrets = [.. Secrets.Select(secret => new NamedValue { Name = secret.Name })],
        Domains = Domains,
        YamlShown = YamlShown,
        Yaml = Yaml,
    };

    /// <summary>Puts what was typed back; what the form has no field for stays as it is there.</summary>
    public void Fill(AppForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        (form.Name, form.Image) = (Name, Image);
        // What a process has beyond the form's fields is not in the draft.
        Replace(form.Processes, [.. Processes.Select(process => process.Onto(form.Processes.Find(known => known.Name == process.Name)))]);
        Replace(form.Variables, Variables);
        Replace(form.Secrets, Secrets);
        Replace(form.Domains, Domains);
    }

    private static void Replace<T>(List<T> list, List<T> by)
    {
        list.Clear();
        list.AddRange(by);
    }
}
