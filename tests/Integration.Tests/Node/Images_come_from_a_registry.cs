using System.Text;
using k8s;
using k8s.Models;
using Testing;
using Xunit;

namespace Integration.Tests.Node;

/// <summary>Pulls from a real registry, open and behind a password.</summary>
[Collection(nameof(NodeCollection))]
public sealed class Images_come_from_a_registry(NodeFixture node)
{
    [Fact]
    public async Task A_public_image_is_pulled()
    {
        await using var registry = await ImageRegistry.StartAsync(node.Network, closed: false);
        var image = await registry.PushBusyboxAsync("team/open:1");
        await node.CreateAsync(NodeFixture.Pod("pull-open", "exec sleep 1000", c => c.Image = image));
        var pod = await node.WaitRunningAsync("pull-open");
        Assert.Contains("@sha256:", pod.Status.ContainerStatuses[0].ImageID, StringComparison.Ordinal);
        await DeleteAsync("pull-open");
    }

    [Fact]
    public async Task A_private_image_needs_the_pods_pull_secret()
    {
        await using var registry = await ImageRegistry.StartAsync(node.Network, closed: true);
        var image = await registry.PushBusyboxAsync("team/private:1");
        await node.CreateAsync(NodeFixture.Pod("pull-without", "exec sleep 1000", c => c.Image = image));
        var refused = await node.WaitAsync("pull-without", "refused", p => p.Status?.ContainerStatuses?[0].State.Waiting?.Reason is "ErrImagePull" or "ImagePullBackOff");
        Assert.Contains("imagePullSecrets", refused.Status.ContainerStatuses[0].State.Waiting.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ImageRegistry.Password, refused.Status.ContainerStatuses[0].State.Waiting.Message, StringComparison.Ordinal);

        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ImageRegistry.User}:{ImageRegistry.Password}"));
        await node.Client.CoreV1.CreateNamespacedSecretAsync(
            new V1Secret
            {
                Metadata = new V1ObjectMeta { Name = "registry" },
                Type = "kubernetes.io/dockerconfigjson",
                StringData = new Dictionary<string, string> { [".dockerconfigjson"] = $$$"""{"auths":{"{{{registry.Address}}}":{"auth":"{{{auth}}}"} } }""" },
            },
            "default");
        var pod = NodeFixture.Pod("pull-with", "exec sleep 1000", c => c.Image = image);
        pod.Spec.ImagePullSecrets = [new V1LocalObjectReference { Name = "no-such-secret" }, new V1LocalObjectReference { Name = "registry" }];
        await node.CreateAsync(pod);
        await node.WaitRunningAsync("pull-with");
        await DeleteAsync("pull-with");
        await DeleteAsync("pull-without");
    }

    private Task<V1Pod> DeleteAsync(string pod) => node.Client.CoreV1.DeleteNamespacedPodAsync(pod, "default", gracePeriodSeconds: 1);
}
