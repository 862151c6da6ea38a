using System.Runtime.InteropServices;
using Kube.ApiServer.Http;

namespace Kube.ApiServer.Discovery;

/// <summary>What <c>/version</c> answers: the Kubernetes version whose API is served.</summary>
internal static class VersionDocument
{
    public const string GitVersion = "v1.32.4+portal";

    public static byte[] ToUtf8() => Replies.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("major", "1");
        writer.WriteString("minor", "32");
        writer.WriteString("gitVersion", GitVersion);
        writer.WriteString("gitCommit", "");
        writer.WriteString("gitTreeState", "clean");
        writer.WriteString("buildDate", "1970-01-01T00:00:00Z");
        writer.WriteString("goVersion", "");
        writer.WriteString("compiler", $".NET {Environment.Version}");
        writer.WriteString("platform", $"linux/{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}");
        writer.WriteEndObject();
    });
}
