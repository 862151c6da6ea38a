using Microsoft.Extensions.Options;
using Portal.Identity.Server;

namespace Portal.Identity.Setup;

/// <summary>The file from which the person at the machine reads the set-up code.</summary>
internal sealed class SetupCodeFile(IOptions<PortalIdentityOptions> options)
{
    public string Path => options.Value.SetupCodePath;

    public bool Exists => File.Exists(Path);

    public string Read() => File.ReadAllText(Path).Trim();

    public void Write(string code) => PrivateFile.Replace(Path, System.Text.Encoding.ASCII.GetBytes(code + "\n"));

    public void Delete() => File.Delete(Path);
}
