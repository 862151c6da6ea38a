using System.Text.Json.Nodes;
using k8s.Models;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>How many requests of one importance are served at a time.</summary>
internal sealed class PriorityLevelConfigurationKind()
    : ResourceKind("flowcontrol.apiserver.k8s.io", "v1", "PriorityLevelConfiguration", "prioritylevelconfigurations", typeof(V1PriorityLevelConfiguration))
{
    public override bool Namespaced => false;

    public override bool HasStatus => true;

    public override IReadOnlyList<TableColumn> Columns =>
    [
        Registry.Columns.Name,
        Registry.Columns.Text("Type", "spec.type"),
        Registry.Columns.Text("NominalConcurrencyShares", "spec.limited.nominalConcurrencyShares"),
        Registry.Columns.Text("Queues", "spec.limited.limitResponse.queuing.queues"),
        Registry.Columns.Text("HandSize", "spec.limited.limitResponse.queuing.handSize"),
        Registry.Columns.Text("QueueLengthLimit", "spec.limited.limitResponse.queuing.queueLengthLimit"),
        Registry.Columns.Age,
    ];

    public override void Default(JsonObject document)
    {
        var spec = document.Ensure("spec");
        if (spec.Object("limited") is { } limited)
        {
            limited.SetDefault("nominalConcurrencyShares", 30L);
            limited.SetDefault("lendablePercent", 0L);
            if (limited.Object("limitResponse").Object("queuing") is { } queuing)
            {
                queuing.SetDefault("queues", 64L);
                queuing.SetDefault("handSize", 8L);
                queuing.SetDefault("queueLengthLimit", 50L);
            }
        }

        if (spec.Object("exempt") is { } exempt)
        {
            exempt.SetDefault("nominalConcurrencyShares", 0L);
            exempt.SetDefault("lendablePercent", 0L);
        }
    }

    public override void Validate(JsonObject document, FieldErrors errors)
    {
        var spec = document.Object("spec");
        var type = spec.Text("type") ?? "";
        errors.OneOf("spec.type", type, "Exempt", "Limited");
        if (type == "Limited" && spec.Object("limited") is null)
            errors.Required("spec.limited", "must not be empty when type is Limited");
        if (type == "Exempt" && spec.Object("limited") is not null)
            errors.Forbidden("spec.limited", "must be nil if the type is not Limited");
        if (spec.Object("limited") is not { } limited)
            return;
        errors.NotNegative("spec.limited.nominalConcurrencyShares", limited.Integer("nominalConcurrencyShares"));
        var response = limited.Object("limitResponse").Text("type") ?? "";
        errors.OneOf("spec.limited.limitResponse.type", response, "Queue", "Reject");
        if (response == "Queue" && limited.Object("limitResponse").Object("queuing") is null)
            errors.Required("spec.limited.limitResponse.queuing", "must not be empty if limited.limitResponse.type is Queue");
    }
}
