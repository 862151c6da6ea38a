using k8s;
using k8s.Models;
using Kube.Controllers.Deployments;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class PodTemplateHashTests
{
    [Fact]
    public void The_hash_ignores_order_emptiness_its_own_label_and_how_quantities_are_written()
    {
        const string One = """{"metadata":{"creationTimestamp":null,"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"name":"c","image":"i","env":[],"resources":{"requests":{"cpu":"0.25"}}}]}}""";
        const string Other = """{"spec":{"containers":[{"image":"i","name":"c","resources":{"requests":{"cpu":"250m"}}}]},"metadata":{"labels":{"pod-template-hash":"x","b":"2","a":"1"}}}""";
        Assert.Equal(Hash(One), Hash(Other));
    }

    [Fact]
    public void Another_image_is_another_hash() =>
        Assert.NotEqual(Hash("""{"spec":{"containers":[{"name":"c","image":"i:1"}]}}"""), Hash("""{"spec":{"containers":[{"name":"c","image":"i:2"}]}}"""));

    private static string Hash(string json) => PodTemplateHash.Of(KubernetesJson.Deserialize<V1PodTemplateSpec>(json));
}
