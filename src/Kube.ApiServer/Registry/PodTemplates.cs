using System.Text.Json.Nodes;
using Kube.Machinery.Metadata;

namespace Kube.ApiServer.Registry;

/// <summary>Defaults of pod specs, for pods and for the templates in workloads: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/.</summary>
internal static class PodTemplates
{
    public static IEnumerable<JsonObject> Containers(JsonObject? spec) => spec.Objects("initContainers").Concat(spec.Objects("containers"));

    public static void DefaultTemplate(JsonObject? workloadSpec)
    {
        if (workloadSpec.Object("template") is not { } template)
            return;
        template.Ensure("metadata");
        Default(template.Ensure("spec"));
    }

    public static void Default(JsonObject spec)
    {
        spec.SetDefault("restartPolicy", "Always");
        spec.SetDefault("terminationGracePeriodSeconds", 30L);
        spec.SetDefault("dnsPolicy", "ClusterFirst");
        spec.SetDefault("schedulerName", "default-scheduler");
        spec.SetDefault("securityContext", new JsonObject());
        if (spec.Text("serviceAccount") is { Length: > 0 } old)
            spec.SetDefault("serviceAccountName", old);
        if (spec.Text("serviceAccountName") is { Length: > 0 } account)
            spec["serviceAccount"] = account;
        foreach (var container in Containers(spec).Concat(spec.Objects("ephemeralContainers")))
            DefaultContainer(container);
        foreach (var volume in spec.Objects("volumes"))
            DefaultVolume(volume);
        foreach (var constraint in spec.Objects("topologySpreadConstraints"))
        {
            constraint.SetDefault("nodeAffinityPolicy", "Honor");
            constraint.SetDefault("nodeTaintsPolicy", "Ignore");
        }
    }

    private static void DefaultContainer(JsonObject container)
    {
        container.SetDefault("imagePullPolicy", PullPolicy(container.Text("image") ?? ""));
        container.SetDefault("terminationMessagePath", "/dev/termination-log");
        container.SetDefault("terminationMessagePolicy", "File");
        container.SetDefault("resources", new JsonObject());
        foreach (var port in container.Objects("ports"))
            port.SetDefault("protocol", "TCP");
        foreach (var variable in container.Objects("env"))
        {
            if (variable.Object("valueFrom").Object("fieldRef") is { } field)
                field.SetDefault("apiVersion", "v1");
        }

        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Object(probe) is { } found)
                DefaultProbe(found);
        }

        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (container.Object("lifecycle").Object(hook).Object("httpGet") is { } get)
                DefaultHttpGet(get);
        }

        // A limit alone is also the request.
        if (container.Object("resources") is { } resources && resources.Object("limits") is { } limits)
        {
            foreach (var (name, value) in limits)
                resources.Ensure("requests").SetDefault(name, value?.DeepClone());
        }
    }

    private static void DefaultProbe(JsonObject probe)
    {
        probe.SetDefault("timeoutSeconds", 1L);
        probe.SetDefault("periodSeconds", 10L);
        probe.SetDefault("successThreshold", 1L);
        probe.SetDefault("failureThreshold", 3L);
        if (probe.Object("httpGet") is { } get)
            DefaultHttpGet(get);
        if (probe.Object("grpc") is { } grpc)
            grpc.SetDefault("service", "");
    }

    private static void DefaultHttpGet(JsonObject get)
    {
        get.SetDefault("path", "/");
        get.SetDefault("scheme", "HTTP");
    }

    private static void DefaultVolume(JsonObject volume)
    {
        if (volume.Count == 1 && volume["name"] is not null)
            volume["emptyDir"] = new JsonObject();
        foreach (var source in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"])
            volume.Object(source)?.SetDefault("defaultMode", 420L);
        volume.Object("hostPath")?.SetDefault("type", "");
        foreach (var source in volume.Object("projected").Objects("sources"))
            source.Object("serviceAccountToken")?.SetDefault("expirationSeconds", 3600L);
        foreach (var item in volume.Object("downwardAPI").Objects("items").Concat(volume.Object("projected").Objects("sources").SelectMany(s => s.Object("downwardAPI").Objects("items"))))
            item.Object("fieldRef")?.SetDefault("apiVersion", "v1");
    }

    private static string PullPolicy(string image)
    {
        var name = image[(image.LastIndexOf('/') + 1)..];
        if (name.Contains('@', StringComparison.Ordinal))
            return "IfNotPresent";
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || name[(colon + 1)..] == "latest" ? "Always" : "IfNotPresent";
    }
}
