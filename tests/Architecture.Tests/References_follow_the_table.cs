using System.Xml.Linq;
using Xunit;

namespace Architecture.Tests;

/// <summary>The reference table of docs/adr/0001: who may reference whom, and which packages stay in one room.</summary>
public sealed class References_follow_the_table
{
    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["Kube.Machinery"] = [],
        ["Kube.ApiServer"] = ["Kube.Machinery"],
        ["Kube.Scheduler"] = ["Kube.Machinery"],
        ["Kube.Controllers"] = ["Kube.Machinery"],
        ["Kube.Node"] = ["Kube.Machinery"],
        ["Kube.Network"] = ["Kube.Machinery"],
        ["Portal.Core"] = [],
        ["Portal.Identity"] = [],
        ["Portal.Web"] = ["Portal.Core", "Portal.Identity"],
        ["Portal.Cli"] = [],
    };

    private static readonly Dictionary<string, string[]> OnlyIn = new()
    {
        ["Grpc.Net.Client"] = ["Kube.Node"],
        ["Grpc.Tools"] = ["Kube.Node"],
        ["Google.Protobuf"] = ["Kube.Node"],
        ["Cel"] = ["Kube.ApiServer"],
        ["MailKit"] = ["Portal.Core"],
        ["Yarp.ReverseProxy"] = ["Kube.Network"],
        ["KubernetesClient"] = ["Kube.Machinery", "Portal.Core"],
        ["Npgsql"] = ["Kube.ApiServer", "Portal.Core", "Portal.Identity"],
        ["Microsoft.EntityFrameworkCore"] = ["Portal.Core", "Portal.Identity"],
        ["OpenIddict.AspNetCore"] = ["Portal.Identity"],
        ["System.CommandLine"] = ["Portal.Cli"],
        ["Spectre.Console"] = ["Portal.Cli"],
        ["Microsoft.AspNetCore.Components.QuickGrid"] = ["Portal.Web"],
    };

    public static TheoryData<string> Projects => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string project) =>
        Assert.Empty(ProjectReferences(project).Except(Table[project]));

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_package_with_a_room_of_its_own_is_used_there_alone(string project) =>
        Assert.Empty(PackageReferences(project).Where(package => OnlyIn.TryGetValue(package, out var rooms) && !rooms.Contains(project)));

    [Fact]
    public void Every_project_under_src_has_a_row() =>
        Assert.Equal(
            Table.Keys.Append("Portal.Host").Order(),
            Directory.GetDirectories(Solution.Source).Select(path => Path.GetFileName(path)!).Order());

    private static IEnumerable<string> ProjectReferences(string project) =>
        Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

    private static IEnumerable<string> PackageReferences(string project) => Items(project, "PackageReference");

    private static IEnumerable<string> Items(string project, string element) =>
        XDocument.Load(Path.Combine(Solution.Source, project, project + ".csproj"))
            .Descendants(element)
            .Select(item => item.Attribute("Include")!.Value);
}
