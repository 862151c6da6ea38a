using k8s.Models;
using Kube.Controllers.ReplicaSets;
using Kube.Controllers.ReplicationControllers;
using Xunit;

namespace Kube.Tests.Controllers;

public sealed class ReplicationControllerViewTests
{
    [Fact]
    public void A_replication_controller_is_planned_as_the_replica_set_it_would_be()
    {
        var controller = new V1ReplicationController
        {
            Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "default", Uid = "web" },
            Spec = new V1ReplicationControllerSpec { Replicas = 3, Selector = new Dictionary<string, string> { ["app"] = "web" } },
            Status = new V1ReplicationControllerStatus { Replicas = 2, Conditions = [new V1ReplicationControllerCondition { Type = "ReplicaFailure", Status = "True", Message = "full" }] },
        };
        var view = ReplicationControllerView.Of(controller);
        Assert.Same(view, ReplicationControllerView.Of(controller));
        Assert.Equal((2, "full"), (view.Status.Replicas, view.Status.Conditions.Single().Message));
        var orphan = new V1Pod { Metadata = new V1ObjectMeta { Name = "a", Labels = new Dictionary<string, string> { ["app"] = "web" } }, Spec = new V1PodSpec() };
        var plan = ReplicaSetPlan.Of(view, [], [orphan], 0, new HashSet<string>(), default);
        Assert.Equal((2, "a"), (plan.Create, plan.Adopt.Single().Metadata.Name));
    }
}
